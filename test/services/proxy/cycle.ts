import { type Message, textAt } from './wire.ts'

/** One cycle of commands: what a client has sent up to a `Query` or `Sync`, and what the server has done about it. */
export interface Cycle {
  /** The texts of its statements, those of prepared ones too. */
  readonly statements: readonly string[]
  /** What the server says it has done: `INSERT 0 1`, `COMMIT`. */
  readonly tags: readonly string[]
  readonly hasFailed: boolean
  /** `idle` when everything so far is committed or rolled back, `transaction` inside one, `broken` inside a failed one. */
  readonly state: 'idle' | 'transaction' | 'broken'
}

interface OpenCycle {
  statements: string[]
  tags: string[]
  hasFailed: boolean
}

const states = { I: 'idle', T: 'transaction', E: 'broken' } as const
const empty = (): OpenCycle => ({ statements: [], tags: [], hasFailed: false })

/** Follows one connection and tells when a cycle of commands has ended. */
export class CycleReader {
  readonly #prepared = new Map<string, string>()
  readonly #portals = new Map<string, string>()
  /** Sent completely, in this order; the first one is what the server is working on. */
  readonly #sent: OpenCycle[] = []
  #next = empty()
  /** A connection opens with a cycle that no command has asked for. */
  #isOpening = true
  /** Whether the client wants to see what there is before it goes on. */
  #isWaitedFor = false

  /** Whether the server's next bytes are part of an answer that the client needs only when it is complete. */
  get isAnswering(): boolean {
    return this.#sent.length > 0 && !this.#isWaitedFor
  }

  /** Takes note of what the client sends. */
  sent({ type, bytes }: Message): void {
    if (type === 'Q') this.#next.statements.push(textAt(bytes, 5).text)
    if (type === 'P') {
      const name = textAt(bytes, 5)
      this.#prepared.set(name.text, textAt(bytes, name.end).text)
    }
    if (type === 'B') {
      const portal = textAt(bytes, 5)
      this.#portals.set(portal.text, this.#prepared.get(textAt(bytes, portal.end).text) ?? '')
    }
    if (type === 'E') this.#next.statements.push(this.#portals.get(textAt(bytes, 5).text) ?? '')
    if (type === 'H') this.#isWaitedFor = true
    if (type === 'Q' || type === 'S' || type === 'F') {
      this.#sent.push(this.#next)
      this.#next = empty()
    }
  }

  /** Takes note of what the server sends, and returns the cycle that ends with it. */
  answered({ type, bytes }: Message): Cycle | undefined {
    const current = this.#sent[0] ?? this.#next
    if (type === 'C') current.tags.push(textAt(bytes, 5).text)
    if (type === 'E') current.hasFailed = true
    // For `copy`, the client or the server goes on before the cycle has ended.
    if (['G', 'H', 'W'].includes(type)) this.#isWaitedFor = true
    if (type !== 'Z') return undefined
    if (this.#isOpening) {
      this.#isOpening = false
      return undefined
    }
    this.#isWaitedFor = false
    const state = states[bytes.toString('latin1', 5, 6) as keyof typeof states]
    return { ...(this.#sent.shift() ?? empty()), state }
  }
}
