/** Says which of so many is the one, by its place among them. */
export type Pick = (count: number) => number

/** Makes something once for every way to pick while it is made; the first time, of whatever there is the first is picked. */
export function ofEveryPick<Made>(make: (pick: Pick) => Made): readonly [Made, ...Made[]] {
  const picks: { place: number; readonly count: number }[] = []
  const made: Made[] = []
  do {
    let next = 0
    made.push(
      make((count) => {
        const one = picks[next] ?? { place: 0, count }
        picks[next++] = one
        return one.place
      }),
    )
    // What is picked last changes first; what comes after a pick that has changed may be something else.
    while (picks.length > 0 && !hasMore(picks.at(-1) as (typeof picks)[number])) picks.pop()
    const last = picks.at(-1)
    if (last !== undefined) last.place++
  } while (picks.length > 0)
  return made as [Made, ...Made[]]
}

function hasMore({ place, count }: { readonly place: number; readonly count: number }): boolean {
  return place + 1 < count
}
