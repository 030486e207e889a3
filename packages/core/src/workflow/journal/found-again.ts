import type { Head, Hold, Write } from '../../ports/index.js'

/**
 * Whether a write that was sent again, and refused, had been stored the first time: what stands in its place is then this very
 * write. With the hold that its lost answer would have brought, where that was a new one.
 */
export function foundAgain(write: Write, head: Head | undefined, runner: string): { hold?: Hold } | undefined {
  if (head === undefined || write.kind === 'signal') return undefined
  const { move } = write
  if (write.kind === 'create') {
    const isMine = head.runner === runner && head.shape === write.head.shape && head.input === write.head.input
    if (!isMine || head.token !== (move === undefined ? 1 : 2)) return undefined
    return { hold: { run: write.run, ref: head.ref, token: head.token, runner } }
  }
  const { hold } = write
  const isEnded = head.ref === hold.ref && head.token === hold.token + 1 && head.status === move?.status
  return isEnded ? {} : undefined
}
