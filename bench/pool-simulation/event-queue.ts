/** A call that will be done at some time. */
export interface Completion {
  at: number
  server: number
  arrivedAt: number
}

/** What will happen, the next first: a binary heap. */
export class EventQueue {
  readonly #heap: Completion[] = []

  add(event: Completion): void {
    const heap = this.#heap
    let index = heap.push(event) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent] as Completion
      if (above.at <= event.at) break
      heap[index] = above
      index = parent
    }
    heap[index] = event
  }

  /** Takes out the next event, if it happens by then. */
  dueBy(time: number): Completion | undefined {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined || first.at > time) return undefined
    const last = heap.pop() as Completion
    if (heap.length > 0) this.#sink(last)
    return first
  }

  #sink(event: Completion): void {
    const heap = this.#heap
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && (heap[child + 1] as Completion).at < (heap[child] as Completion).at) child++
      if ((heap[child] as Completion).at >= event.at) break
      heap[index] = heap[child] as Completion
      index = child
    }
    heap[index] = event
  }
}
