import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Conversation } from './proxy/conversation.ts'
import type { Cycle } from './proxy/cycle.ts'
import { AllFaults, type Choice, type Fault } from './proxy/faults.ts'
import { Weather } from './proxy/line.ts'
import type { Message } from './proxy/wire.ts'

export type { Choice, Cycle, Fault, Message }

/** A network between clients and a PostgreSQL server that fails when it is told to. */
export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** How many clients are connected. */
  readonly connections: number
  /** The URL by which the server of a URL is reached through the proxy. */
  url(of: string): string
  /** Breaks every connection and returns how many there were; new ones are let in. */
  cutAll(): number
  /** Breaks every connection, and each new one as soon as it is made, until `up` is called. */
  down(): number
  up(): void
  /** Holds everything back, in both directions and on new connections too, until `resume` is called. */
  pause(): void
  resume(): void
  /** From now on everything takes this long, in each direction. */
  delay(ms: number): void
  /**
   * Lets commands through, waits until the server has answered, then breaks the connection instead of passing the answer
   * on: what was asked for is done, and the client cannot know. Unless `when` says otherwise, only what has succeeded
   * counts, and of a transaction only its end.
   */
  loseAnswers(choice?: Choice<Cycle>): Fault
  /**
   * Breaks the connection instead of passing a message of the client on: what was asked for is not done. Unless `when`
   * says otherwise, these are the messages without which the server does, or commits, nothing.
   */
  loseRequests(choice?: Choice<Message>): Fault
  /** Breaks the connection right after a message, of either side, was passed on. */
  cutAfter(when: (message: Message) => boolean, choice?: Omit<Choice<Message>, 'when'>): Fault
  close(): Promise<void>
}

/** Starts a proxy of a server on a free port of 127.0.0.1. */
export async function startProxy(to: { host: string; port: number }): Promise<Proxy> {
  const weather = new Weather()
  const faults = new AllFaults()
  const conversations = new Set<Conversation>()
  let isDown = false

  const listener = createServer({ allowHalfOpen: true }, (client: Socket) => {
    if (isDown) {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const server = connect({ ...to, allowHalfOpen: true })
    const conversation = new Conversation({ client, server }, weather, faults, () => conversations.delete(conversation))
    conversations.add(conversation)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo

  const cutAll = () => {
    const open = [...conversations]
    for (const each of open) each.cut()
    return open.length
  }
  const close = async () => {
    cutAll()
    if (!listener.listening) return
    listener.close()
    await once(listener, 'close')
  }
  return {
    port,
    get connections() {
      return conversations.size
    },
    url(of) {
      const url = new URL(of)
      url.hostname = '127.0.0.1'
      url.port = String(port)
      url.searchParams.delete('host')
      url.searchParams.delete('port')
      return url.href
    },
    cutAll,
    down() {
      isDown = true
      return cutAll()
    },
    up: () => void (isDown = false),
    pause: () => weather.change({ isPaused: true }),
    resume: () => weather.change({ isPaused: false }),
    delay: (delayMs) => weather.change({ delayMs }),
    loseAnswers: ({ when = hasTakenEffect, ...choice } = {}) => faults.lostAnswers.add({ when, ...choice }),
    loseRequests: ({ when = asksForWork, ...choice } = {}) => faults.lostRequests.add({ when, ...choice }),
    cutAfter: (when, choice) => faults.cutsAfter.add({ when, ...choice }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function hasTakenEffect({ state, tags, hasFailed }: Cycle): boolean {
  return state === 'idle' && tags.length > 0 && !hasFailed
}

function asksForWork({ from, type }: Message): boolean {
  return from === 'client' && (type === 'Q' || type === 'S')
}
