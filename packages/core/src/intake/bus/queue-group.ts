import type { AgentMessage } from '../../ports/index.js'
import type { Consumer } from './consumer.js'
import type { Mail } from './mailbox.js'
import type { Outlet } from './routes.js'

/** Subscriptions of which one gets each message: in turn, and those that have room before those that have not. */
export class QueueGroup<Item extends Mail = AgentMessage> implements Outlet<Item> {
  readonly #members: Consumer<Item>[] = []
  #next = 0

  get size(): number {
    return this.#members.length
  }

  get members(): readonly Consumer<Item>[] {
    return this.#members
  }

  join(member: Consumer<Item>): void {
    this.#members.push(member)
  }

  leave(member: Consumer<Item>): void {
    const index = this.#members.indexOf(member)
    if (index >= 0) this.#members.splice(index, 1)
  }

  offer(item: Item): void {
    const members = this.#members
    const count = members.length
    for (let step = 0; step < count; step++) {
      const member = members[(this.#next + step) % count]
      if (member?.hasRoom !== true) continue
      this.#next = (this.#next + step + 1) % count
      return member.offer(item)
    }
    if (count === 0) return
    const member = members[this.#next % count]
    this.#next = (this.#next + 1) % count
    member?.offer(item)
  }
}
