/** Which run: identifiers, unique together. Equal ids of two tenants are two runs. */
export interface RunRef {
  readonly tenant: string
  readonly id: string
}

/**
 * An encoded value, as the protocol's codec writes it: well-formed unicode without NUL, which JSON text always is. A store
 * keeps it to the last character and never reads it.
 */
export type Body = string

export type ReleasedStatus = 'pending' | 'suspended' | 'needs-attention'
export type EndedStatus = 'succeeded' | 'partial' | 'failed' | 'cancelled'
export type RunStatus = 'running' | ReleasedStatus | EndedStatus

export const endedStatuses: readonly EndedStatus[] = ['succeeded', 'partial', 'failed', 'cancelled']

/** Whether a run of this status has ended. */
export function isEnded(status: RunStatus): status is EndedStatus {
  return status === 'succeeded' || status === 'partial' || status === 'failed' || status === 'cancelled'
}

export interface WorkflowVersion {
  readonly workflow: string
  readonly version: number
}

/** What a run begins with; it never changes. */
export interface NewHead extends WorkflowVersion {
  /** The hash of the graph: a safe integer. The version is a whole number from 0. */
  readonly shape: number
  readonly input?: Body | undefined
  readonly session?: string | undefined
  /** The run (of the same tenant) that it is a child of. */
  readonly parent?: string | undefined
  /** `running` when its creator holds it at once, `pending` when it waits to be claimed. */
  readonly status: 'running' | 'pending'
  /** With `pending`: when it is due, from now. Absent: not until it is signalled. Means nothing with `running`. */
  readonly wakeInMs?: number | undefined
}

/** The one changing row of a run. */
export interface Head extends RunRef, Omit<NewHead, 'status' | 'wakeInMs'> {
  /** The store's own name of the run, never used again for another, also when the run was deleted. */
  readonly ref: string
  readonly status: RunStatus
  /** The runner that holds or last held it. */
  readonly runner: string
  /**
   * Raised by every claim, release and end, so that it never repeats for a `ref`: equality with a hold's token alone
   * decides who may write.
   */
  readonly token: number
  /** How often it was taken from a runner that held it, since it was last suspended. */
  readonly takeovers: number
  /** How many signals it has received. */
  readonly nudge: number
  /** Milliseconds since 1970 in the store's time, as all times here. */
  readonly createdAt: number
  /** When a `pending` or `suspended` run is due; absent with another status, or while only a signal can wake it. */
  readonly wakeAt?: number | undefined
  readonly endedAt?: number | undefined
  /** The output and the failure of the last move: where it gave none there is none, whatever earlier moves gave. */
  readonly output?: Body | undefined
  readonly failure?: Body | undefined
}

export type RecordKind = 'result' | 'failure' | 'mark' | 'timer' | 'signal'

/** A fact about a run: never changed, one for each key. Key and agent are identifiers. */
export interface NewRecord {
  readonly key: string
  readonly kind: RecordKind
  readonly body?: Body | undefined
  readonly agent?: string | undefined
  /** A whole number from 0. */
  readonly attempt: number
  /** Whole milliseconds. */
  readonly tookMs?: number | undefined
}

export interface RunRecord extends NewRecord {
  /** Grows within a run in the order in which its records were stored. */
  readonly number: number
  readonly at: number
}

/** The right to write to a run; worthless as soon as the run's token is another one. */
export interface Hold {
  readonly run: RunRef
  readonly ref: string
  readonly token: number
  readonly runner: string
}

/** The end of a hold: the run is released, or it ends. */
export interface Move {
  readonly status: ReleasedStatus | EndedStatus
  readonly output?: Body | undefined
  readonly failure?: Body | undefined
  /** With `pending` and `suspended`: when it is due, from now. Absent: not until it is signalled. */
  readonly wakeInMs?: number | undefined
  /** The last `nudge` that the runner has dealt with; a run released (`pending`, `suspended`) with a higher one is due at once. */
  readonly seen: number
}

/** One run's part of an append: its records and its move are stored together or not at all. */
export type Write =
  | {
      readonly kind: 'create'
      readonly run: RunRef
      readonly runner: string
      readonly head: NewHead
      readonly records: readonly NewRecord[]
      /** Only with status `running`: the run is stored as already moved, under the token 2. */
      readonly move?: Move | undefined
    }
  | {
      readonly kind: 'held'
      readonly hold: Hold
      readonly records: readonly NewRecord[]
      readonly move?: Move | undefined
      /** True when this write may have been stored by an earlier call whose answer was lost. */
      readonly retry?: boolean | undefined
    }
  | { readonly kind: 'signal'; readonly run: RunRef; readonly record: NewRecord }

export type Outcome =
  | {
      readonly accepted: true
      /** The right to go on writing: only where the run is `running` after this write, by a `create` or a `held`. */
      readonly hold?: Hold | undefined
      readonly nudge: number
      /** How many of the records were new; where fewer than sent, read what stands. */
      readonly fresh: number
    }
  /** The head that has the tenant and id as it stands, also under another `ref` than the hold's; nothing where none has. */
  | { readonly accepted: false; readonly head: Head | undefined }

/** Who claims: one process start, under a name of its own. */
export interface RunnerInfo {
  readonly name: string
  readonly host?: string | undefined
  readonly pid?: number | undefined
  /** The configured name that a restarted process has again. */
  readonly instance?: string | undefined
}

export interface ClaimRequest {
  readonly runner: RunnerInfo
  /** How long the runner may stay silent before its runs may be taken; at least 1. */
  readonly leaseMs: number
  /** Only runs of these are claimed, `take` included: who takes a run that it cannot name reads its head before. */
  readonly workflows: readonly WorkflowVersion[]
  /** At most so many lapsed and due runs, 0 to 1,000; 0 only renews. */
  readonly limit: number
  /** Open runs to be claimed whatever their lease, beside `limit`. */
  readonly take?: readonly RunRef[] | undefined
  /**
   * At a process's start: the leases of earlier runners of the same instance, or of the same host whose process is gone,
   * end now; so do the locks that they own in the same database, where it keeps them too. That one is gone the store decides, by asking the operating system of the host that it runs on; it asks only
   * for runners that gave a `pid` and the `host` of this one, which is its own host's name.
   */
  readonly retire?: boolean | undefined
}

/** A run that was signalled, and how many signals it has received by now. */
export interface Nudged extends RunRef {
  readonly nudge: number
}

export interface ClaimAnswer {
  readonly runs: readonly { readonly hold: Hold; readonly head: Head }[]
  /** Runs that this runner holds since before this call and that were signalled while it held them. */
  readonly nudged: readonly Nudged[]
  /** The store's time. */
  readonly now: number
}

export interface RunQuery {
  readonly tenant?: string | undefined
  readonly workflow?: string | undefined
  /** Any of these; an empty list lets nothing pass. */
  readonly statuses?: readonly RunStatus[] | undefined
  /** Only with `tenant`, as `parent`. */
  readonly session?: string | undefined
  readonly parent?: string | undefined
  /** Created at or after, and before, in the store's time. */
  readonly createdFrom?: number | undefined
  readonly createdBefore?: number | undefined
  /** True: only runs that some claim would take now, lapsed or due. */
  readonly due?: boolean | undefined
  /** Only runs that this runner holds: `running`, and nobody else's since. */
  readonly runner?: string | undefined
  /** True: heads without their input, output and failure, which may be large. */
  readonly brief?: boolean | undefined
  /** 1 to 500. */
  readonly limit: number
  /** The `next` of the page before. */
  readonly after?: string | undefined
}

export interface RecordPage {
  /** The `next` of the page before. */
  readonly after?: string | undefined
  /** 1 to 1,000. */
  readonly limit: number
  readonly kind?: RecordKind | undefined
}
