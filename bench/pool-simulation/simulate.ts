import { EventQueue } from './event-queue.ts'

/** What happens in the simulation: how many members there are, how fast they are, and how much is asked of them. */
export interface Scenario {
  members: number
  /** How many times slower the last member is. */
  slowness: number
  /** How many calls a member works on at once; what else it is given waits in line. */
  slots: number
  /** What a call takes on average; how long it takes is exponentially distributed. */
  meanMs: number
  callsPerSecond: number
  seconds: number
  seed: number
}

/** A member as the simulation sees it. */
export interface Server {
  /** How many calls it was given that are not done. */
  readonly inFlight: number
  readonly isSlow: boolean
}

/** Who is examined: chooses a server for each call, and is told when one is done. */
export interface Chooser {
  choose(servers: readonly Server[], now: number): number
  ended?(server: number, ms: number, now: number): void
}

/** A hundred seconds of a thousand calls a second, at ten members of which one is ten times slower. */
export const oneSlow: Scenario = {
  members: 10,
  slowness: 10,
  slots: 16,
  meanMs: 20,
  callsPerSecond: 1_000,
  seconds: 100,
  seed: 1,
}

/** Runs a scenario in virtual time; returns how long each call took, waiting in line included, from fast to slow. */
export function simulate(scenario: Scenario, chooser: Chooser): Float64Array {
  const { members, slots, slowness, meanMs, callsPerSecond, seconds, seed } = scenario
  const chance = mulberry(seed)
  const exponential = (mean: number) => -mean * Math.log(1 - chance())
  const servers = Array.from({ length: members }, (_, index) => new Line(index === members - 1))
  const times = new Float64Array(callsPerSecond * seconds)
  const queue = new EventQueue()
  let now = 0

  const begin = (server: number, arrivedAt: number) => {
    const line = servers[server] as Line
    line.busy++
    queue.add({ at: now + exponential(line.isSlow ? meanMs * slowness : meanMs), server, arrivedAt })
  }
  const end = (server: number, arrivedAt: number) => {
    const line = servers[server] as Line
    line.busy--
    line.inFlight--
    chooser.ended?.(server, now - arrivedAt, now)
    const next = line.waiting.shift()
    if (next !== undefined) begin(server, next)
    return now - arrivedAt
  }

  let done = 0
  for (let arrived = 0; arrived < times.length; arrived++) {
    const arrivesAt = now + exponential(1_000 / callsPerSecond)
    for (let event = queue.dueBy(arrivesAt); event !== undefined; event = queue.dueBy(arrivesAt)) {
      now = event.at
      times[done++] = end(event.server, event.arrivedAt)
    }
    now = arrivesAt
    const server = chooser.choose(servers, now)
    const line = servers[server] as Line
    line.inFlight++
    if (line.busy < slots) begin(server, now)
    else line.waiting.push(now)
  }
  for (let event = queue.dueBy(Infinity); event !== undefined; event = queue.dueBy(Infinity)) {
    now = event.at
    times[done++] = end(event.server, event.arrivedAt)
  }
  return times.sort()
}

/** What so large a share of the calls took at most, in milliseconds. */
export function percentile(times: Float64Array, share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
}

class Line implements Server {
  inFlight = 0
  busy = 0
  readonly waiting: number[] = []
  readonly isSlow: boolean

  constructor(isSlow: boolean) {
    this.isSlow = isSlow
  }
}

/** Numbers from 0 to below 1 that are the same for the same seed. */
export function mulberry(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
