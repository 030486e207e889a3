import type { Priority } from '../../ports/index.js'
import { Ring } from './ring.js'

/** What can wait in a mailbox. */
export interface Mail {
  readonly priority: Priority
}

/** Of high, normal and low, so many each in one round. */
const weights = [1, 4, 8] as const
const [low, normal, high, critical] = [0, 1, 2, 3] as const

/**
 * How often others may pass the first of a line by. It bounds the wait of every message: with so many lines and so many before it
 * in its own, it is passed by at most this often for each.
 */
export const patience = 64

/**
 * Messages by how urgent they are. Critical ones go first; the others in rounds, by weight. But whoever was passed by too often
 * goes before all others: nobody waits for ever, however much of the more urgent there is.
 */
export class Mailbox<Item extends Mail> {
  readonly #lines = [new Ring<Item>(), new Ring<Item>(), new Ring<Item>(), new Ring<Item>()] as const
  /** How many have been taken since the first of each line became the first. */
  readonly #passed = [0, 0, 0, 0]
  /** What is left of this round to high, normal and low. */
  readonly #left = [weights[low], weights[normal], weights[high]] as [number, number, number]
  length = 0

  push(item: Item): void {
    const { priority } = item
    // What is no priority is none that goes before others.
    const level = priority === 'normal' ? normal : priority === 'high' ? high : priority === 'critical' ? critical : low
    this.#lines[level].push(item)
    this.length++
  }

  /** Takes out the next one; there has to be one. */
  take(): Item {
    const lines = this.#lines
    this.length--
    // Mostly there is only one kind of message, and then nothing to choose.
    if (this.length + 1 === lines[normal].length) {
      this.#passed[normal] = 0
      return lines[normal].shift() as Item
    }
    const level = this.#choose()
    const passed = this.#passed
    for (let other = low; other <= critical; other++) {
      if (other === level || lines[other as 0].length === 0) passed[other] = 0
      else passed[other] = (passed[other] as number) + 1
    }
    return lines[level].shift() as Item
  }

  /** Takes out the least urgent, and of these the one that waits longest; there has to be one. */
  takeLeast(): Item {
    this.length--
    const level = this.#lines.findIndex((line) => line.length > 0)
    this.#passed[level] = 0
    return this.#lines[level as 0].shift() as Item
  }

  #choose(): 0 | 1 | 2 | 3 {
    const lines = this.#lines
    const left = this.#left
    let patient: 0 | 1 | 2 | 3 | undefined
    for (const level of [low, normal, high] as const) {
      if (lines[level].length > 0 && (this.#passed[level] as number) >= patience) patient = level
    }
    if (patient !== undefined) return patient
    if (lines[critical].length > 0) return critical
    for (;;) {
      for (const level of [high, normal, low] as const) {
        if (lines[level].length === 0 || left[level] === 0) continue
        left[level]--
        return level
      }
      left[low] = weights[low]
      left[normal] = weights[normal]
      left[high] = weights[high]
    }
  }
}
