import { declareFailures } from '../../ports/index.js'

interface OfRun {
  readonly run: string
}

export const writingFailure = declareFailures({
  'journal.record_refused': {
    when: 'A store refused what a run had to record, and will always refuse it.',
    retryable: false,
    says: ({ run, because }: OfRun & { readonly because: string }) =>
      `What the run ${run} had to record was refused: ${because}.`,
    remedy: 'See the cause; where it is the value, return a reference to it instead.',
  },
  'journal.unreadable_value': {
    when: 'A value was to be recorded whose members cannot all be read.',
    retryable: false,
    says: ({ what, because }: { readonly what: string; readonly because: string }) =>
      `${what} cannot be read: ${because}.`,
    remedy: 'Return plain data, without members that are worked out when they are read.',
  },
  'journal.too_many_records': {
    when: 'A run would have more records than a journal keeps of one.',
    retryable: false,
    says: ({ run, wanted, limit }: OfRun & { readonly wanted: number; readonly limit: number }) =>
      `The run ${run} would have ${wanted} records; the limit is ${limit}.`,
    remedy: 'Give the work in larger pieces, or in several runs.',
  },
  'journal.overloaded': {
    when: 'So much waits to be recorded that no new run was begun.',
    retryable: true,
    says: ({ waiting }: { readonly waiting: number }) => `${waiting} records wait to be stored; the run was not begun.`,
    remedy: 'Try again later; if it lasts, see whether the store is slow or down.',
  },
  'journal.outcome_unknown': {
    when: 'The time of a run was up before its store had answered. The run stays open, and recovery ends it.',
    retryable: false,
    says: ({ run }: OfRun) => `The store did not tell in time what became of the run ${run}.`,
    remedy: 'Attach to the run by its id later.',
  },
  'journal.superseded': {
    when: 'Another process has taken over a run; this one records nothing of it any more.',
    retryable: false,
    says: ({ run }: OfRun) => `The run ${run} was taken over by another process.`,
    remedy: 'Attach to the run by its id.',
  },
})
