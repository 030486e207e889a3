/** Lets what has settled be heard of: some turns of the queue of promises. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
