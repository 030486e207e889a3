import type { Head, RunRef, Write } from '../../packages/core/src/ports/index.ts'

/** One run as a naive reader of the port's prose would keep it. */
export interface ModelRun {
  head: Head
  keys: string[]
}

/** The statuses in which a run has ended. */
export const ended = ['succeeded', 'partial', 'failed', 'cancelled']

/** The rules of the port over one array, without any index. */
export class Model {
  runs: ModelRun[] = []
  readonly leases = new Map<string, number>()
  created = 0

  find({ tenant, id }: RunRef): ModelRun | undefined {
    return this.runs.find(({ head }) => head.tenant === tenant && head.id === id)
  }

  isLapsed({ status, runner }: Head, now: number): boolean {
    return status === 'running' && (this.leases.get(runner) ?? 0) <= now
  }

  isDue({ status, wakeAt }: Head, now: number): boolean {
    return (status === 'pending' || status === 'suspended') && wakeAt !== undefined && wakeAt <= now
  }

  accepts(write: Write): boolean {
    const head = this.find(write.kind === 'held' ? write.hold.run : write.run)?.head
    if (write.kind === 'create') return head === undefined
    if (write.kind === 'signal') return head !== undefined && !ended.includes(head.status)
    return head?.ref === write.hold.ref && head.token === write.hold.token
  }
}
