import { declareFailures } from '../ports/index.js'

const path = (names: readonly string[]) => names.join(' -> ')
const reasons = (parts: readonly { part: string; because: string }[]) =>
  parts.map(({ part, because }) => `${part} (${because})`).join('; ')

export const kernelFailure = declareFailures({
  'kernel.missing_need': {
    when: 'Something is needed that nobody provides.',
    retryable: false,
    says: ({ need, path: chain, nearest }: { need: string; path: readonly string[]; nearest?: string | undefined }) =>
      `Nobody provides ${need} (needed by ${path(chain)}).${nearest ? ` Did you mean ${nearest}?` : ''}`,
    remedy: ({ need }: { need: string }) =>
      need.startsWith('the port')
        ? 'Add a plugin that provides it, or bind it: createOrchestrator({ ports: [bind(…)] }).'
        : `Give it in createOrchestrator({ provide: { ${need}: … } }).`,
  },
  'kernel.circular_need': {
    when: 'Things need each other in a circle.',
    retryable: false,
    says: ({ path: chain }: { path: readonly string[] }) => `These need each other in a circle: ${path(chain)}.`,
    remedy: 'Take one of the needs out, or pass that thing later, by a method call.',
  },
  'kernel.duplicate_provider': {
    when: 'Two plugins provide the same port, or have the same name, or the host binds a port twice.',
    retryable: false,
    says: ({ what, providers }: { what: string; providers: readonly string[] }) =>
      `${what} is provided more than once: by ${providers.join(' and ')}.`,
    remedy:
      'Keep one of them, or choose: for state and leases by ORCHESTRATOR_STATE_STORAGE or `settings.state.storage`, else by binding that port yourself.',
  },
  'kernel.captive_need': {
    when: 'Something that lives long needs something that lives shorter.',
    retryable: false,
    says: ({ holder, need, lifetime }: { holder: string; need: string; lifetime: string }) =>
      `${holder} needs ${need} throughout its life, but that is made anew per ${lifetime}.`,
    remedy: 'Make the first one scoped as well, or the second one a singleton.',
  },
  'kernel.undeclared_part': {
    when: 'A plugin provided a port that it had not declared, or did not provide one that it had.',
    retryable: false,
    says: ({ plugin, port, fault }: { plugin: string; port: string; fault: string }) =>
      `The plugin ${plugin} ${fault} ${port}.`,
    remedy: 'Make its `provides` and what its `start` provides agree.',
  },
  'kernel.start_over': {
    when: 'A plugin used what it was given to start after its start was over.',
    retryable: false,
    says: ({ plugin, what }: { plugin: string; what: string }) =>
      `The plugin ${plugin} called ${what} after its start was over.`,
    remedy: 'Call it before start returns.',
  },
  'kernel.part_not_made': {
    when: 'The factory of something provided threw. What it threw is the cause; a failure is passed on as it is.',
    retryable: ({ retryable }) => retryable,
    says: ({ part, because }: { part: string; because: string; retryable: boolean }) =>
      `${part} could not be made: ${because}.`,
    remedy: 'See the cause.',
  },
  'kernel.too_late': {
    when: 'A part took longer to start, to be made or to stop than it may.',
    retryable: false,
    says: ({ what, timeoutMs }: { what: string; timeoutMs: number }) => `To ${what} took longer than ${timeoutMs} ms.`,
    remedy: 'See what it waits for, or allow it more time: settings.kernel (startTimeoutMs, stopTimeoutMs).',
  },
  'kernel.invalid_part': {
    when: 'Something was provided in a form that cannot work.',
    retryable: false,
    says: ({ part, because }: { part: string; because: string; remedy: string }) => `${part} ${because}.`,
    remedy: ({ remedy }: { remedy: string }) => remedy,
  },
  'kernel.start_failed': {
    when: 'A plugin or a provided part did not start; what had started was stopped again.',
    retryable: false,
    says: ({ parts }: { parts: readonly { part: string; because: string }[] }) => `Could not start: ${reasons(parts)}.`,
    remedy: 'Mend each cause; what had started was stopped again.',
  },
  'kernel.start_cancelled': {
    when: 'The orchestrator was closed, or its signal aborted, while it started.',
    retryable: true,
    says: ({ because, parts }: { because: string; parts: readonly { part: string; because: string }[] }) =>
      `The start was stopped: ${because}.${parts.length > 0 ? ` Not stopped as told: ${reasons(parts)}.` : ''}`,
    remedy: 'Create it again when it is wanted; what had started was stopped.',
  },
  'kernel.close_failed': {
    when: 'Some parts could not be closed, or not in time. All of them were told to.',
    retryable: false,
    says: ({ parts }: { parts: readonly { part: string; because: string }[] }) =>
      `Closed, except for: ${reasons(parts)}.`,
    remedy: 'See each cause; what these parts held may be held until the process ends.',
  },
  'kernel.scope_closed': {
    when: 'Something was needed of a scope that is closed.',
    retryable: false,
    says: ({ need }: { need: string }) => `${need} was needed of a scope that is closed.`,
    remedy: 'Await the work of a scope before you close it.',
  },
})
