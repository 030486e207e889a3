import type { Socket } from 'node:net'
import { CycleReader } from './cycle.ts'
import type { AllFaults } from './faults.ts'
import { Line, type Weather } from './line.ts'
import { asksForEncryption, type Message, MessageReader, type Side } from './wire.ts'

/** One client's connection, and the one to the server that is made for it. */
export class Conversation {
  readonly #sockets: Readonly<Record<Side, Socket>>
  readonly #lines: Readonly<Record<Side, Line>>
  readonly #faults: AllFaults
  readonly #readers = { client: new MessageReader('client'), server: new MessageReader('server') }
  readonly #cycles = new CycleReader()
  /** The answer that has come so far, kept back while it is open whether it gets lost. */
  #held: Buffer[] = []
  #isCut = false

  constructor(sockets: Readonly<Record<Side, Socket>>, weather: Weather, faults: AllFaults, onEnd: () => void) {
    this.#sockets = sockets
    this.#faults = faults
    this.#lines = {
      client: new Line(weather, (what) => this.#pass('client', what)),
      server: new Line(weather, (what) => this.#pass('server', what)),
    }
    for (const from of ['client', 'server'] as const) {
      const socket = sockets[from].setNoDelay(true)
      socket.on('data', (chunk) => this.#lines[from].send(chunk))
      socket.on('end', () => this.#lines[from].send('end'))
      socket.on('error', () => this.cut())
    }
    let open = 2
    for (const socket of Object.values(sockets)) {
      socket.once('close', () => {
        open -= 1
        if (open === 0) onEnd()
      })
    }
  }

  /** Breaks both connections; what is under way is lost. */
  cut(): void {
    this.#isCut = true
    for (const line of Object.values(this.#lines)) line.close()
    for (const socket of Object.values(this.#sockets)) socket.destroy()
  }

  #pass(from: Side, what: Buffer | 'end'): void {
    if (what === 'end') {
      if (from === 'server') this.#release()
      this.#sockets[other(from)].end()
      return
    }
    for (const message of this.#readers[from].read(what)) {
      if (this.#isCut) return
      if (from === 'client') this.#passRequest(message)
      else this.#passAnswer(message)
    }
  }

  #passRequest(message: Message): void {
    // Nothing could be read of what is encrypted, so it is refused on the server's behalf, and clients do without.
    if (message.type === '' && asksForEncryption(message.bytes)) {
      this.#sockets.client.write('N')
      return
    }
    if (this.#faults.lostRequests.strike(message)) return this.cut()
    this.#cycles.sent(message)
    this.#sockets.server.write(message.bytes)
    if (this.#faults.cutsAfter.strike(message)) this.#cutAfterWriting('server')
  }

  #passAnswer(message: Message): void {
    const ended = this.#cycles.answered(message)
    this.#held.push(message.bytes)
    if (ended !== undefined && this.#faults.lostAnswers.strike(ended)) return this.cut()
    if (ended !== undefined || !this.#faults.lostAnswers.areAny || !this.#cycles.isAnswering) this.#release()
    if (this.#faults.cutsAfter.strike(message)) {
      this.#release()
      this.#cutAfterWriting('client')
    }
  }

  #release(): void {
    for (const bytes of this.#held) this.#sockets.client.write(bytes)
    this.#held = []
  }

  /** Breaks both connections as soon as one side has been sent everything. */
  #cutAfterWriting(to: Side): void {
    this.#isCut = true
    for (const line of Object.values(this.#lines)) line.close()
    this.#sockets[to].once('close', () => this.cut()).destroySoon()
  }
}

function other(side: Side): Side {
  return side === 'client' ? 'server' : 'client'
}
