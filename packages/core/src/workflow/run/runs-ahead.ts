import { type Head, type RunStatus } from '../../ports/index.js'
import { type Beginning, valueOf } from '../journal/index.js'
import type { LiveRun } from './live-run.js'
import type { RunKeeper } from './run-keeper.js'

/** Those that somebody carries out, or is about to: whoever waits for somebody has given its turn to the next. */
const underWay: readonly RunStatus[] = ['running', 'pending']
const pageLimit = 50

/** The ids of the runs under way, in any process, that are to have their turn before this one of their session. */
export async function runsAhead({ store }: RunKeeper, { spec }: LiveRun): Promise<readonly string[]> {
  const { ref, session, createdAt, storeTime } = spec
  const query = { tenant: ref.tenant, session, statuses: underWay, limit: pageLimit }
  // When it was created in the store's time is known of one that was claimed.
  let createdBefore = storeTime && createdAt + 1
  let page = await store.list({ ...query, createdBefore })
  if (createdBefore === undefined && page.next !== undefined && !page.heads.some(({ id }) => id === ref.id)) {
    // So many were started since: they are passed over.
    const own = await store.read(ref, { limit: 1 })
    createdBefore = own && own.head.createdAt + 1
    page = await store.list({ ...query, createdBefore })
  }
  let ahead: string[] = []
  for (;;) {
    for (const head of page.heads) {
      // The newest come first: what came before this one was started after it.
      if (head.id === ref.id) ahead = []
      else if (!goesBeside(head)) ahead.push(head.id)
    }
    if (page.next === undefined) return ahead
    page = await store.list({ ...query, createdBefore, after: page.next })
  }
}

/** Whether it never took a turn. */
function goesBeside({ input }: Head): boolean {
  try {
    return (valueOf(input) as Beginning).beside === true
  } catch {
    // Whoever goes on with it will say what is wrong with it.
    return false
  }
}
