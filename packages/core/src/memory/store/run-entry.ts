import type { Body, Head, Hold, NewHead, NewRecord, RunRecord, RunRef, RunStatus } from '../../ports/index.js'
import type { DueRuns, Waiting } from './due-runs.js'
import type { Chained, RunChain } from './run-chain.js'

/** So many keys are compared faster than they are hashed. */
const fewRecords = 8

/** One run as the store in memory keeps it: its head, its records, and its places in the indexes. */
export class RunEntry implements Chained<RunEntry>, Waiting<RunEntry> {
  /** Counts the runs of the store in the order in which they were created; never used again. */
  readonly number: number
  readonly ref: string
  readonly tenant: string
  readonly id: string
  readonly workflow: string
  readonly version: number
  readonly shape: number
  readonly input: Body | undefined
  readonly session: string | undefined
  readonly parent: string | undefined
  readonly createdAt: number
  status: RunStatus
  runner: string
  token = 1
  takeovers = 0
  nudge = 0
  /** Whether its runner has yet to be told of a signal. */
  unheard = false
  wakeAt: number | undefined = undefined
  endedAt: number | undefined = undefined
  output: Body | undefined = undefined
  failure: Body | undefined = undefined
  deleted = false

  /** The chain that it is in: the runs of its runner, or those of its status. */
  chain: RunChain<RunEntry> | undefined = undefined
  previous: RunEntry | undefined = undefined
  following: RunEntry | undefined = undefined
  /** The heap that it is in, while it waits for a time. */
  due: DueRuns<RunEntry> | undefined = undefined
  dueIndex = -1

  readonly records: RunRecord[] = []
  #keys: Set<string> | undefined = undefined

  constructor(number: number, run: RunRef, runner: string, head: NewHead, createdAt: number) {
    this.number = number
    this.ref = String(number)
    this.tenant = run.tenant
    this.id = run.id
    this.workflow = head.workflow
    this.version = head.version
    this.shape = head.shape
    this.input = head.input
    this.session = head.session
    this.parent = head.parent
    this.createdAt = createdAt
    this.status = head.status
    this.runner = runner
  }

  /** Adds a record unless one with its key stands; says whether it did. */
  add(record: NewRecord, at: number): boolean {
    const { records } = this
    if (this.#holds(record.key)) return false
    this.#keys?.add(record.key)
    records.push({
      key: record.key,
      kind: record.kind,
      body: record.body,
      agent: record.agent,
      attempt: record.attempt,
      tookMs: record.tookMs,
      number: records.length + 1,
      at,
    })
    return true
  }

  hold(): Hold {
    return { run: { tenant: this.tenant, id: this.id }, ref: this.ref, token: this.token, runner: this.runner }
  }

  head(): Head {
    return {
      tenant: this.tenant,
      id: this.id,
      ref: this.ref,
      workflow: this.workflow,
      version: this.version,
      shape: this.shape,
      input: this.input,
      session: this.session,
      parent: this.parent,
      status: this.status,
      runner: this.runner,
      token: this.token,
      takeovers: this.takeovers,
      nudge: this.nudge,
      createdAt: this.createdAt,
      wakeAt: this.wakeAt,
      endedAt: this.endedAt,
      output: this.output,
      failure: this.failure,
    }
  }

  #holds(key: string): boolean {
    const { records } = this
    if (this.#keys !== undefined) return this.#keys.has(key)
    for (let index = 0; index < records.length; index++) if (records[index]?.key === key) return true
    if (records.length >= fewRecords) this.#keys = new Set(records.map((record) => record.key))
    return false
  }
}
