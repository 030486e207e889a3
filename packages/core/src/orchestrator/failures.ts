import { declareFailures, shown } from '../ports/index.js'

export const orchestratorFailure = declareFailures({
  'orchestrator.not_an_agent': {
    when: 'Something was given as an agent that is none.',
    retryable: false,
    says: ({ received }: { readonly received: string }) => `${received} is not an agent.`,
    remedy: 'Give what agent(…) or adapt(…) returned, or an object with name, capabilities() and process().',
  },
  'orchestrator.invalid_option': {
    when: 'createOrchestrator was given something of the wrong form.',
    retryable: false,
    says: ({ option, received }: { readonly option: string; readonly received: string; readonly expected: string }) =>
      `The option ${option} cannot be ${received}.`,
    remedy: ({ expected }) => `Give ${expected}.`,
  },
  'orchestrator.other_tenant': {
    when: 'What asks for one tenant only was told to ask for another.',
    retryable: false,
    says: ({ tenant, asked }: { readonly tenant: string; readonly asked: string }) =>
      `orchestrator.tenant(${shown(tenant)}) does not ask for ${shown(asked)}.`,
    remedy: 'Leave the tenant out, or ask the orchestrator itself.',
  },
  'orchestrator.not_provided': {
    when: 'An operation was asked for whose needs nobody provides: it came along with a workflow that does not use it.',
    retryable: false,
    says: ({ need }: { readonly need: string }) => `Nobody provides ${need}.`,
    remedy: ({ need }) => `Give it: createOrchestrator({ provide: { ${need}: … } }).`,
  },
  'orchestrator.nothing_shared': {
    when: 'An orchestrator was to start runs that it does not carry out, with a store that no other process sees.',
    retryable: false,
    says: () => `A process of the role 'client' leaves its runs to others, and nobody else sees this store.`,
    remedy: `Give it a store that workers share, or leave the role out.`,
  },
  'orchestrator.unknown_pool': {
    when: 'An orchestrator was asked for a pool that it does not have.',
    retryable: false,
    says: ({ pool }: { readonly pool: string; readonly known: readonly string[] }) => `There is no pool ${pool} here.`,
    remedy: ({ known }) =>
      `Give what pool(…) returned, and give it to createOrchestrator({ agents }) first; known are: ${known.join(', ') || 'none'}.`,
  },
  'orchestrator.unknown_storage': {
    when: 'The setting state.storage names a plugin that was not given, or that keeps no state.',
    retryable: false,
    says: ({ storage }: { readonly storage: string; readonly known: readonly string[] }) =>
      `The state cannot be kept in ${storage}: no plugin of that name keeps state here.`,
    remedy: ({ storage, known }) =>
      `Set it to ${[...known, 'memory'].join(' or ')}, or give the plugin: createOrchestrator({ plugins: [${storage}()] }).`,
  },
  'orchestrator.fixed_port': {
    when: 'The clock or the chance of an orchestrator was left to a plugin, or given as something still to be made.',
    retryable: false,
    says: ({ port }: { readonly port: string }) => `The port ${port} is needed before anything is made or started.`,
    remedy: 'Bind a ready object: createOrchestrator({ ports: [bind(clock, myClock)] }).',
  },
  'orchestrator.own_port': {
    when: 'A port was to be filled that the orchestrator always fills itself.',
    retryable: false,
    says: ({ port }: { readonly port: string }) => `The port ${port} is the orchestrator's own.`,
    remedy: 'Take the binding out; to listen, use orchestrator.on, and to stand around calls, an interceptor.',
  },
})
