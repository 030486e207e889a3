import { busFailure } from './failures.js'

/** Which of many answers are wanted: all of them (those that fail are left out), the first, or so many. */
export type Gather = 'all' | 'first' | { readonly quorum: number }

/** The answers that are wanted of those asked, as soon as they are there. */
export async function gathered<Answer>(
  place: string,
  asked: readonly Promise<Answer>[],
  gather: Gather,
): Promise<readonly Answer[]> {
  if (gather === 'all') {
    const settled = await Promise.allSettled(asked)
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  }
  const wanted = gather === 'first' ? 1 : gather.quorum
  const { promise, resolve, reject } = Promise.withResolvers<readonly Answer[]>()
  const answers: Answer[] = []
  let failed = 0
  const giveUp = (cause?: unknown) => {
    if (asked.length - failed >= wanted) return
    reject(busFailure('bus.no_quorum', { place, wanted, answered: answers.length, failed }, cause))
  }
  giveUp()
  for (const one of asked) {
    void one.then(
      (answer) => {
        answers.push(answer)
        if (answers.length === wanted) resolve([...answers])
      },
      (cause: unknown) => {
        failed++
        giveUp(cause)
      },
    )
  }
  return promise
}
