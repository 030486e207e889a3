const least = 16

/** A queue in a ring of slots, which grows when it is full and shrinks when it is empty. */
export class Ring<Item> {
  #slots = emptySlots<Item>(least)
  #first = 0
  length = 0

  push(item: Item): void {
    if (this.length === this.#slots.length) this.#resize(this.length * 2)
    this.#slots[(this.#first + this.length) & (this.#slots.length - 1)] = item
    this.length++
  }

  /** The first, which stays; nothing when there is none. */
  peek(): Item | undefined {
    return this.#slots[this.#first]
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined
    const item = this.#slots[this.#first]
    this.#slots[this.#first] = undefined
    this.#first = (this.#first + 1) & (this.#slots.length - 1)
    this.length--
    // A burst that is over must not hold on to its memory.
    if (this.length === 0 && this.#slots.length > 1_024) this.#resize(least)
    return item
  }

  #resize(size: number): void {
    const slots = emptySlots<Item>(size)
    for (let index = 0; index < this.length; index++) {
      slots[index] = this.#slots[(this.#first + index) & (this.#slots.length - 1)]
    }
    this.#slots = slots
    this.#first = 0
  }
}

function emptySlots<Item>(size: number): (Item | undefined)[] {
  return Array.from({ length: size })
}
