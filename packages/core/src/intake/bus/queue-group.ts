import type { AgentMessage } from '../../ports/index.js'
import type { Consumer } from './consumer.js'
import type { Mail } from './mailbox.js'
import type { Outlet } from './routes.js'

/** Subscriptions of which one gets each message: in turn; the idle before the busy, and these before the full. */
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
    return this.#offer(item, 0) || this.#offer(item, 1) || this.#offer(item, 2)
  }

  /** Offers it to those members that are so busy, so that each is asked once. */
  #offer(item: Item, busy: number): boolean {
    const members = this.#members
    // A filter may have members leave.
    for (let step = 0; step < members.length; step++) {
      const place = (this.#next + step) % members.length
      const member = members[place] as Consumer<Item>
      if (busyOf(member) !== busy || !member.offer(item)) continue
      this.#next = place + 1
      return true
    }
    return false
  }
}

/** How busy a member is: it would begin at once, it has room, or it has none. */
function busyOf(member: { readonly isFree: boolean; readonly hasRoom: boolean }): 0 | 1 | 2 {
  if (member.isFree) return 0
  return member.hasRoom ? 1 : 2
}
