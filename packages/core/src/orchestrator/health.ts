import { type AgentHealth, type AgentProtocol, type Clock, errorText } from '../ports/index.js'

/** Whether all is well, and how each agent that can tell is. */
export interface OrchestratorHealth {
  readonly ok: boolean
  readonly agents: Readonly<Record<string, AgentHealth>>
  readonly runs: RunsHealth
}

/** How runs are doing in this process. */
export interface RunsHealth {
  /** How many are under way here. */
  readonly inFlight: number
  /** For how long the store of runs has not answered, while something waits to be stored. */
  readonly storeSilentMs: number
}

/** So long a store may be silent before that counts as unwell. */
const longestSilenceMs = 1_000

type AgentWithHealth = Pick<AgentProtocol, 'name' | 'health'>

/** Asks all agents at once. One that does not answer in time, or throws, is not well. */
export async function checkHealth(
  agents: ReadonlyMap<string, AgentWithHealth>,
  runs: RunsHealth,
  clock: Clock,
  timeoutMs: number,
): Promise<OrchestratorHealth> {
  const answers = await Promise.all(
    [...agents.values()].flatMap((agent) =>
      agent.health === undefined
        ? []
        : [askOne(agent, clock, timeoutMs).then((health) => [agent.name, health] as const)],
    ),
  )
  const ok = answers.every(([, one]) => one.ok) && runs.storeSilentMs < longestSilenceMs
  return { ok, agents: Object.fromEntries(answers), runs }
}

async function askOne(agent: AgentWithHealth, clock: Clock, timeoutMs: number): Promise<AgentHealth> {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<AgentHealth>()
  const timer = clock.schedule(
    timeoutMs,
    () => {
      resolve({ ok: false, reason: `no answer within ${timeoutMs} ms` })
      controller.abort()
    },
    true,
  )
  const ask = async (): Promise<AgentHealth> => {
    const { ok, reason } = (await agent.health?.({ signal: controller.signal })) ?? { ok: false, reason: 'no answer' }
    return reason === undefined ? { ok: ok === true } : { ok: ok === true, reason: String(reason) }
  }
  void ask().then(resolve, (error: unknown) => resolve({ ok: false, reason: errorText(error) }))
  const health = await promise
  timer.cancel()
  return health
}
