import { bus } from '../intake/bus/index.js'
import { orchestratorFailure } from './failures.js'
import type { OrchestratorOptions } from './options.js'
import { rooms, type Settings } from './settings.js'
import { definitionOfWorkflow } from '../workflow/index.js'
import { clock, dispatcher, eventSink, nearestName, random, shown } from '../ports/index.js'

type Member = Readonly<Record<string, unknown>> | null | undefined

/** What the members of each list must look like, and how one gets such a one. */
const lists = {
  agents: { fits: (one: Member) => typeof one === 'object', expected: 'a list of agents: agents: [writer, critic]' },
  workflows: {
    fits: (one: Member) => definitionOfWorkflow(one) !== undefined,
    expected: 'a list of workflows, each what .output(…) returned: workflows: [article]',
  },
  plugins: {
    fits: (one: Member) => typeof one?.name === 'string' && typeof one.definition === 'object',
    expected: 'a list of plugins, each made by calling what definePlugin returned: plugins: [postgres({ url })]',
  },
  ports: {
    fits: (one: Member) => typeof (one?.token as Member)?.key === 'symbol',
    expected: 'a list of bindings: ports: [bind(logger, myLogger)]',
  },
  interceptors: {
    fits: (one: Member) => typeof one?.intercept === 'function',
    expected: 'a list of objects with a name and intercept(message, call, next)',
  },
} as const

const known: readonly string[] = [...Object.keys(lists), 'provide', 'config', 'settings', 'signal', 'role']

/** Throws unless the options are of the right form; the compiler has seen to that, where there was one. */
export function checkOptions(options: OrchestratorOptions): void {
  if (typeof options !== 'object' || options === null) throw invalid('options', options, 'an object')
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const nearest = nearestName(name, known)
    throw invalid(name, 'given', nearest === undefined ? `one of ${known.join(', ')}` : `${nearest}, if that is meant`)
  }
  for (const [option, { fits, expected }] of Object.entries(lists)) {
    const list: unknown = options[option as keyof typeof lists]
    if (list === undefined) continue
    if (!Array.isArray(list)) throw invalid(option, list, expected)
    for (const [index, one] of list.entries())
      if (!fits(one as Member)) throw invalid(`${option}[${index}]`, one, expected)
  }
  const { provide } = options
  if (provide !== undefined && (typeof provide !== 'object' || provide === null)) {
    throw invalid('provide', provide, 'an object of parts by name')
  }
  const { config, settings, signal, role } = options
  if (role !== undefined && !['client', 'worker', 'all'].includes(role)) {
    throw invalid('role', role, "'client', 'worker' or 'all'")
  }
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw invalid('signal', signal, 'an AbortSignal')
  }
  if (config !== undefined && typeof config?.prefix !== 'string') throw invalid('config', config, 'configFromEnv()')
  if (settings !== undefined && (typeof settings !== 'object' || settings === null)) {
    throw invalid('settings', settings, 'an object of settings by room')
  }
  for (const room of Object.keys(settings ?? {})) {
    if ((rooms as readonly string[]).includes(room)) continue
    throw invalid(`settings.${room}`, settings?.[room as keyof Settings], `one of ${rooms.join(', ')}`)
  }
  checkPorts(options)
}

/** Ports that are filled before any plugin starts, and those that are always the orchestrator's own. */
function checkPorts({ plugins = [], ports = [] }: OrchestratorOptions): void {
  const own: readonly { readonly key: symbol }[] = [eventSink, dispatcher, bus]
  for (const { token } of ports) {
    if (own.some(({ key }) => key === token.key))
      throw orchestratorFailure('orchestrator.own_port', { port: token.name })
  }
  for (const { key, name: port } of plugins.flatMap(({ definition }) => definition.provides)) {
    if (own.some((one) => one.key === key)) throw orchestratorFailure('orchestrator.own_port', { port })
    if ([clock, random].some((one) => one.key === key)) throw orchestratorFailure('orchestrator.fixed_port', { port })
  }
}

function invalid(option: string, received: unknown, expected: string): Error {
  return orchestratorFailure('orchestrator.invalid_option', { option, received: shown(received), expected })
}
