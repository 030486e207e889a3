import { type AgentMessage, priorities } from '../../../ports/index.js'
import type { Member } from './member.js'

/** Those of a pool's members that may be chosen for one operation at one priority, as of one state of the pool. */
interface Eligible {
  version: number
  members: readonly Member[]
}

const highest = priorities.length - 1

/** The members of a pool, and who of them may serve what: looked up for each call, worked out when something changes. */
export class Roster {
  readonly #panicBelow: number
  readonly #eligible = new Map<string, Eligible[]>()
  #members: readonly Member[] = []
  #usable: readonly Member[] = []
  #usableVersion = -1
  #version = 0
  #needsPriority = false

  constructor(panicBelow: number) {
    this.#panicBelow = panicBelow
  }

  get members(): readonly Member[] {
    return this.#members
  }

  get ids(): readonly string[] {
    return this.#members.map(({ id }) => id)
  }

  find(id: string): Member | undefined {
    return this.#members.find((one) => one.id === id)
  }

  add(member: Member): void {
    this.#become([...this.#members, member])
  }

  remove(member: Member): void {
    this.#become(this.#members.filter((one) => one !== member))
  }

  /** Something changed by which members are chosen. */
  changed(): void {
    this.#version++
  }

  /** Who may be chosen for a message now. The list is never changed, but replaced. */
  eligibleFor({ operation, priority }: AgentMessage): readonly Member[] {
    const level = this.#needsPriority ? priorities.indexOf(priority) : highest
    let byLevel = this.#eligible.get(operation)
    if (byLevel === undefined) {
      byLevel = priorities.map(() => ({ version: -1, members: [] }))
      // What nobody does is not remembered: anybody may ask for anything.
      if (this.#members.some(({ operations }) => operations.has(operation))) this.#eligible.set(operation, byLevel)
    }
    const eligible = (byLevel[level] ?? byLevel[0]) as Eligible
    if (eligible.version !== this.#version) {
      eligible.members = this.usable.filter(
        (one) => !one.isFull && one.operations.has(operation) && one.minLevel <= level,
      )
      eligible.version = this.#version
    }
    return eligible.members
  }

  /** Those that can serve at all, full or not; when they are too few, with those that were ejected for their outcomes. */
  get usable(): readonly Member[] {
    if (this.#usableVersion !== this.#version) {
      this.#usable = this.#findUsable()
      this.#usableVersion = this.#version
    }
    return this.#usable
  }

  #findUsable(): readonly Member[] {
    const well = this.#members.filter((one) => !one.isBroken)
    const staying = this.#members.filter((one) => !one.isDraining)
    if (well.length >= this.#panicBelow * staying.length) return well
    return staying.filter(({ illness, ejection }) => illness === undefined && ejection?.byHand !== true)
  }

  #become(members: readonly Member[]): void {
    this.#members = members
    this.#needsPriority = members.some(({ minLevel }) => minLevel > 0)
    this.#eligible.clear()
    this.#version++
  }
}
