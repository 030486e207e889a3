import { InMemoryStateStore } from '../../../memory/store/index.js'
import type {
  ClaimAnswer,
  ClaimRequest,
  Deletion,
  Head,
  Outcome,
  RecordPage,
  RunQuery,
  RunRecord,
  StateStore,
  Write,
} from '../../../ports/index.js'
import type { FlawedDouble } from '../flawed-double.js'
import { ManualClock } from '../manual-clock.js'

type Answer<Method extends 'read' | 'list'> = Awaited<ReturnType<StateStore[Method]>>

/** A page of records with the head of its run. */
export type Page = NonNullable<Answer<'read'>>

/** What is done to requests before a sound store gets them, and to its answers after. */
export interface Alterations {
  readonly write?: (write: Write) => Write
  readonly outcome?: (outcome: Outcome, write: Write) => Outcome
  readonly request?: (request: ClaimRequest) => ClaimRequest
  readonly claim?: (answer: ClaimAnswer, request: ClaimRequest) => ClaimAnswer
  readonly page?: (page: RecordPage) => RecordPage
  readonly read?: (answer: Page, page: RecordPage) => Page | undefined
  /** Each head, wherever it is answered. */
  readonly head?: (head: Head) => Head
  readonly record?: (record: RunRecord, head: Head) => RunRecord
  readonly query?: (query: RunQuery) => RunQuery
  readonly list?: (answer: Answer<'list'>, query: RunQuery) => Answer<'list'>
  readonly deletion?: (deletion: Deletion) => Deletion
  readonly count?: (count: number, deletion: Deletion) => number
}

const same = <Value>(value: Value): Value => value

/** A sound store with its requests and answers altered. */
export function altered(store: StateStore, alterations: Alterations): StateStore {
  const { write = same, outcome = same, request = same, claim = same, page = same, read = same } = alterations
  const { head = same, record = same, query = same, list = same, deletion = same, count = same } = alterations
  return {
    async append(writes, call) {
      const outcomes = await store.append(writes.map(write), call)
      return outcomes.map((one, index) => {
        const seen = one.accepted || one.head === undefined ? one : { ...one, head: head(one.head) }
        return outcome(seen, writes[index] as Write)
      })
    },
    async claim(asked, call) {
      const answer = await store.claim(request(asked), call)
      return claim({ ...answer, runs: answer.runs.map((run) => ({ ...run, head: head(run.head) })) }, asked)
    },
    async read(run, asked, call) {
      const answer = await store.read(run, page(asked), call)
      if (answer === undefined) return undefined
      const records = answer.records.map((one) => record(one, answer.head))
      return read({ ...answer, head: head(answer.head), records }, asked)
    },
    async list(asked, call) {
      const answer = await store.list(query(asked), call)
      return list({ ...answer, heads: answer.heads.map(head) }, asked)
    },
    async delete(asked, call) {
      return count(await store.delete(deletion(asked), call), asked)
    },
  }
}

/** A flawed double of a StateStore: the flaw replaces methods of a sound one, those of its other clients too. */
export function flawed(
  name: string,
  breaks: readonly string[],
  flaw: (store: StateStore, clock: ManualClock) => Partial<StateStore>,
  elsewhere: (store: StateStore) => Partial<StateStore> = () => ({}),
): FlawedDouble<StateStore> {
  return {
    name,
    breaks,
    open: async () => {
      const clock = new ManualClock()
      const port = flawedPort(new InMemoryStateStore({ clock }), (store) => flaw(store, clock))
      return { port, advance: async (ms) => clock.advance(ms), another: async () => flawedPort(port, elsewhere) }
    },
  }
}

function flawedPort(store: StateStore, flaw: (store: StateStore) => Partial<StateStore>): StateStore {
  return { ...altered(store, {}), ...flaw(store) }
}
