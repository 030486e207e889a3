/** Who has sent something. */
export type Side = 'client' | 'server'

/** One message of PostgreSQL's protocol: its type byte, none for what opens a connection, and all of its bytes. */
export interface Message {
  readonly from: Side
  readonly type: string
  readonly bytes: Buffer
}

const encryption = { length: 8, ssl: 80877103, gss: 80877104 }

/** Cuts what one side sends into messages. */
export class MessageReader {
  readonly #from: Side
  #rest: Buffer = Buffer.alloc(0)
  #isOpening: boolean

  constructor(from: Side) {
    this.#from = from
    // A client's first messages have no type byte: which one it is, a number inside tells.
    this.#isOpening = from === 'client'
  }

  /** The messages that are complete with these bytes. */
  read(chunk: Buffer): readonly Message[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const messages: Message[] = []
    for (;;) {
      const start = this.#isOpening ? 0 : 1
      if (this.#rest.length < start + 4) return messages
      const end = start + this.#rest.readInt32BE(start)
      if (this.#rest.length < end) return messages
      const bytes = this.#rest.subarray(0, end)
      this.#rest = this.#rest.subarray(end)
      messages.push({ from: this.#from, type: this.#isOpening ? '' : bytes.toString('latin1', 0, 1), bytes })
      if (this.#isOpening && !asksForEncryption(bytes)) this.#isOpening = false
    }
  }
}

/** Whether an opening message asks to encrypt what follows. */
export function asksForEncryption(bytes: Buffer): boolean {
  const { length, ssl, gss } = encryption
  return bytes.length === length && [ssl, gss].includes(bytes.readInt32BE(4))
}

/** The text at a place of a message, up to its closing zero. */
export function textAt(bytes: Buffer, start: number): { text: string; end: number } {
  const end = bytes.indexOf(0, start)
  return { text: bytes.toString('utf8', start, end), end: end + 1 }
}
