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

  offer(item: Item): boolean {
    return this.#offer(item, true) || this.#offer(item, false)
  }

  /** Offers it to those that have room, or to those that have none. */
  #offer(item: Item, room: boolean): boolean {
    const members = this.#members
    // A filter may have members leave.
    for (let step = 0; step < members.length; step++) {
      const place = (this.#next + step) % members.length
      const member = members[place] as Consumer<Item>
      if (member.hasRoom !== room || !member.offer(item)) continue
      this.#next = place + 1
      return true
    }
    return false
  }
}
