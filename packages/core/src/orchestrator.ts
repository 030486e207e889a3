import { type ResolvedConfig, resolveConfig } from './config/index.js'
import {
  type AgentAtWork,
  type AgentDefinition,
  Dispatch,
  guard,
  instrumentation,
  OwnAgent,
  ownerOf,
  Policies,
  type PoolHandle,
  poolHandleOf,
  type Provision,
  type RequestScope,
  usualPolicy,
} from './dispatch/index.js'
import { consoleLogger, environment, SystemClock, SystemRandom, thisProcess } from './host/index.js'
import { bind, EventEmitter, Kernel, closeFailed, keyedNeeds, type PartFault, startCancelled } from './kernel/index.js'
import { Bus, bus as busToken, LocalBus, putOnBus } from './intake/bus/index.js'
import { type GivenAgents, sortAgents } from './orchestrator/given-agents.js'
import { checkOptions } from './orchestrator/check-options.js'
import { LateLogger, silentMeter, silentTracer } from './orchestrator/silent-ports.js'
import type { AgentLike, AnyWorkflow, OrchestratorOptions } from './orchestrator/options.js'
import { orchestratorFailure } from './orchestrator/failures.js'
import { definitionOfWorkflow, Engine, operationsWithin, type WorkflowDefinition } from './workflow/index.js'
import {
  allSections,
  boundBefore,
  defaultParts,
  readyBinding,
  storageChoice,
  storageSetting,
} from './orchestrator/default-parts.js'
import { completed, type Rehearsal } from './orchestrator/rehearsal.js'
import { type Orchestrator, RunningOrchestrator } from './orchestrator/running-orchestrator.js'
import { type SettingsSchemas, settingsSchemas } from './orchestrator/settings.js'
import {
  type AgentMessage,
  type Clock,
  clock as clockPort,
  dispatcher as dispatcherPort,
  eventSink,
  lockStore,
  logger as loggerPort,
  type MessageBus,
  messageBus,
  meter as meterPort,
  type Operation,
  random as randomPort,
  stateStore,
  tracer as tracerPort,
} from './ports/index.js'

/** Assembles an orchestrator from agents, parts, plugins and settings, and starts it. */
export function createOrchestrator<
  const Agents extends readonly AgentLike[] = readonly [],
  const Workflows extends readonly AnyWorkflow[] = readonly [],
>(options: OrchestratorOptions<Agents, Workflows>): Promise<Orchestrator> {
  return compose(options as OrchestratorOptions)
}

/** Assembles and starts, for real or for a test. */
export async function compose(options: OrchestratorOptions, rehearsal?: Rehearsal): Promise<Orchestrator> {
  checkOptions(options)
  const { ports = [], plugins = [], interceptors = [], signal } = options
  const definitions = (options.workflows ?? []).map((one) => definitionOfWorkflow(one) as WorkflowDefinition)
  const agents = sortAgents(options.agents ?? [], definitions.flatMap(operationsWithin), rehearsal?.codeOf)
  const provide = providedFor(agents, options.provide, rehearsal)
  const clock = boundBefore(ports, clockPort) ?? new SystemClock()
  const random = boundBefore(ports, randomPort) ?? new SystemRandom()
  const startedAt = clock.monotonic()

  const { z } = await import('zod')
  const schemas = settingsSchemas(z)
  const env = environment()
  const storageWanted = storageSetting(schemas, options, env)
  const config = resolveConfig(allSections(schemas, options, storageWanted), options.config, env)
  const settings = settingsOf(config, schemas)
  const storage = storageChoice(options, settings.state.storage, clock)
  const ownLogger = consoleLogger({ ...settings.logging, now: () => clock.now() })
  const logger = new LateLogger(readyBinding(ports, loggerPort) ?? ownLogger)
  const report = ({ part, cause }: PartFault) => logger.warn({ part, cause }, 'A part could not be closed')
  const events = new EventEmitter({
    now: () => clock.now(),
    report: (event, failure) => logger.error({ event, failure }, 'A listener failed'),
  })

  if (rehearsal) events.on('*', rehearsal.observe)

  // The dispatch stands before there are agents: plugins may hold its port, and stand around its calls.
  const openScope = (tenant: string | undefined, own: Readonly<Record<string, unknown>> = {}): RequestScope => {
    const scope = kernel.scope(tenant, own)
    return {
      tenant,
      overrides: Object.keys(own).length > 0,
      resolve: (needs) => scope.resolve(keyedNeeds(needs)),
      close: async (failure) => {
        const faults = await scope.close(failure === undefined ? {} : { failure })
        if (faults.length === 0) return
        if (failure === undefined) throw closeFailed(faults)
        faults.forEach(report)
      },
    }
  }
  const limits = { settings: settings.dispatch, budget: settings.budget }
  const dispatch = new Dispatch({ clock, random, logger, events, openScope }, limits)
  for (const interceptor of interceptors) dispatch.intercept(interceptor)

  const policies = new Policies({ clock, random, events })
  const pools = new Map<string, PoolHandle>()
  const localBus = new LocalBus({ clock, events }, settings.bus)
  const stamp = { newId: () => random.id(), now: () => clock.now() }
  let transport: MessageBus | undefined
  const bus = new Bus({
    get transport() {
      transport ??= kernel.get(messageBus)
      return transport
    },
    stamp,
    deadLetters: localBus.deadLetters,
    subscriptions: () => localBus.subscriptions,
    startPolicy: (name, policy) => policies.around(`bus/${name}`, policy),
  })
  const kernel = await Kernel.assemble({
    provide,
    ports: [...ports, ...storage.ports, bind(eventSink, events), bind(dispatcherPort, dispatch), bind(busToken, bus)],
    plugins: plugins.map((plugin) => ({ plugin, options: plugin.options.schema ? config.get(plugin.name) : {} })),
    prefer: storage.prefer,
    defaults: [
      bind(clockPort, clock),
      bind(randomPort, random),
      bind(messageBus, localBus),
      ...defaultParts(clock, logger),
    ],
    consumers: agents.consumers,
    clock,
    events,
    options: settings.kernel,
    intercept: (interceptor) => dispatch.intercept(interceptor),
    report,
  })
  let meet: (operation: Operation) => void = () => {}
  let engine: Engine
  try {
    await startUnless(signal, kernel)
    if (options.role === 'client' && kernel.get(stateStore).isVolatile === true) {
      throw orchestratorFailure('orchestrator.nothing_shared', {})
    }
    const finalLogger = kernel.get(loggerPort)
    if (finalLogger !== logger) logger.becomes(finalLogger)
    for (const warning of config.warnings) logger.warn({}, warning)
    instrument(dispatch, kernel, clock)
    const constants: Provision['constants'] = (needs) => kernel.constants(needs)
    const provision: Provision = { clock, random, events, policies, constants }
    const usual = usualPolicy(settings.resilience)
    // At once: should the next one not fit, those before it are closed.
    const adopt = (one: AgentAtWork) => {
      if (one.close) kernel.adopt(`agent ${one.name}`, () => one.close?.())
    }
    const join = (definition: AgentDefinition) => {
      const bound = definition.bind(provision)
      adopt(bound)
      const handle = poolHandleOf(bound)
      if (handle !== undefined) pools.set(definition.name, handle)
      dispatch.join(guard(bound, definition, provision, usual), definition.groups)
    }
    agents.defined.forEach(join)
    meet = (operation) => {
      const owner = dispatch.agents.has(operation.agent) ? undefined : ownerOf(operation)
      if (owner !== undefined) join(rehearsal ? owner.withCode(rehearsal.codeOf) : owner)
    }
    for (const agent of agents.own) {
      const bound = new OwnAgent(agent)
      adopt(bound)
      dispatch.join(guard(bound, {}, provision, usual), agent.groups)
    }
    const deliver = (message: AgentMessage, signal: AbortSignal) =>
      dispatch.dispatch(message, { signal, isAccepted: true })
    for (const one of agents.addressed) putOnBus(kernel.get(messageBus), one, settings.bus.perAgent, deliver)
    engine = new Engine(
      {
        store: kernel.get(stateStore),
        locks: kernel.get(lockStore),
        clock,
        newId: stamp.newId,
        logger,
        events,
        dispatch,
        policies,
        meet,
      },
      {
        definitions,
        role: options.role ?? 'all',
        runner: { ...thisProcess(), instance: settings.journal.instance },
        settings: settings.workflow,
        journal: settings.journal,
      },
    )
  } catch (error) {
    await kernel.close(error)
    throw error
  }
  events.emit('orchestrator.started', { ms: clock.monotonic() - startedAt })
  engine.start()

  return new RunningOrchestrator({
    kernel,
    dispatch,
    events,
    config,
    clock,
    stamp,
    settings: settings.kernel,
    limits: settings.messages,
    bus,
    transport: kernel.get(messageBus),
    policies,
    pools,
    openScope,
    engine,
  })
}

/** What is provided; what need not be is told to be absent when it is used. */
function providedFor(
  agents: GivenAgents,
  provide: Readonly<Record<string, unknown>> = {},
  rehearsal?: Rehearsal,
): Readonly<Record<string, unknown>> {
  const missing = (need: string) => orchestratorFailure('orchestrator.not_provided', { need })
  const whole = completed(provide, agents.unasked, rehearsal?.absent ?? missing)
  // A test provides only what it comes to.
  return rehearsal === undefined ? whole : completed(whole, agents.consumers, rehearsal.absent)
}

function settingsOf(config: ResolvedConfig, schemas: SettingsSchemas) {
  return {
    budget: config.get('budget', schemas.budget),
    bus: config.get('bus', schemas.bus),
    dispatch: config.get('dispatch', schemas.dispatch),
    journal: config.get('journal', schemas.journal),
    kernel: config.get('kernel', schemas.kernel),
    logging: config.get('logging', schemas.logging),
    messages: config.get('messages', schemas.messages),
    resilience: config.get('resilience', schemas.resilience),
    state: config.get('state', schemas.state),
    workflow: config.get('workflow', schemas.workflow),
  }
}

async function startUnless(signal: AbortSignal | undefined, kernel: Kernel): Promise<void> {
  const starting = kernel.start()
  const giveUp = () => void kernel.close(signal?.reason)
  if (signal?.aborted) giveUp()
  else signal?.addEventListener('abort', giveUp, { once: true })
  try {
    await starting
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
  // It may have aborted when the last part had just started.
  if (signal?.aborted) throw startCancelled(signal.reason, [])
}

/** Measures calls, where there is anybody to measure for. */
function instrument(dispatch: Dispatch, kernel: Kernel, clock: Clock): void {
  const tracer = kernel.get(tracerPort)
  const meter = kernel.get(meterPort)
  if (tracer === silentTracer && meter === silentMeter) return
  const own = instrumentation(
    clock,
    tracer === silentTracer ? undefined : tracer,
    meter === silentMeter ? undefined : meter,
  )
  dispatch.intercept(own, 'outermost')
}
