import assert from 'node:assert/strict'
import type {
  ClaimAnswer,
  ClaimRequest,
  Head,
  Hold,
  Move,
  NewHead,
  NewRecord,
  Outcome,
  RunQuery,
  RunRecord,
  RunRef,
  StateStore,
  Write,
} from '../../../ports/index.js'
import type { ContractCase, Subject } from '../../contract.js'

/** A lease that surely lapses within `lapseMs`. */
export const leaseMs = 200
export const lapseMs = 400
/** A lease that surely does not lapse while a case runs. */
export const longLeaseMs = 600_000

/** A case of the StateStore contract: what it examines has names of its own, so that cases can share a database. */
export function storeCase(name: string, run: (bench: Workbench) => Promise<void>): ContractCase<StateStore> {
  return { name, run: async (subject) => run(await Workbench.open(subject, name)) }
}

/** A record as most cases need one. */
export function record(key: string, more: Partial<NewRecord> = {}): NewRecord {
  return { key, kind: 'result', attempt: 1, ...more }
}

/** Asserts that a write was accepted. */
export function accepted(outcome: Outcome | undefined): Outcome & { accepted: true } {
  assert.equal(outcome?.accepted, true, 'the write was not accepted')
  return outcome as Outcome & { accepted: true }
}

/** Asserts that a write was refused. */
export function refused(outcome: Outcome | undefined): Outcome & { accepted: false } {
  assert.equal(outcome?.accepted, false, 'the write was not refused')
  return outcome as Outcome & { accepted: false }
}

/** Asserts that a call fails with a code. */
export async function failsWith(code: string, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error: { code?: unknown }) => {
    assert.equal(error.code, code)
    return true
  })
}

/** An object without the members that are undefined: stores may leave such out or not. */
export function given<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<Value>
}

/** A store under examination, with short words for what cases do to it. */
export class Workbench {
  readonly port: StateStore
  /** Another client of the same store, where there is one. */
  readonly other: StateStore
  /** Names that no other case uses. */
  readonly tenant: string
  readonly workflow: string
  readonly runner: string
  readonly #subject: Subject<StateStore>
  #runs = 0

  private constructor(subject: Subject<StateStore>, other: StateStore, prefix: string) {
    this.#subject = subject
    this.port = subject.port
    this.other = other
    this.tenant = `tenant of ${prefix}`
    this.workflow = `workflow of ${prefix}`
    this.runner = `runner of ${prefix}`
  }

  static async open(subject: Subject<StateStore>, name: string): Promise<Workbench> {
    // Nothing else here differs between two examinations of one database.
    const { now } = await subject.port.claim({ runner: { name }, leaseMs: 1, workflows: [], limit: 0 })
    return new Workbench(subject, (await subject.another?.()) ?? subject.port, `${name} at ${now}`)
  }

  advance(ms: number): Promise<void> {
    return this.#subject.advance(ms)
  }

  run(id = `run ${++this.#runs}`): RunRef {
    return { tenant: this.tenant, id }
  }

  createWrite(
    run: RunRef,
    { records = [], move, runner = this.runner, ...head }: CreateOptions = {},
  ): Write & { kind: 'create' } {
    const newHead: NewHead = { workflow: this.workflow, version: 1, shape: 7, status: 'running', ...head }
    return { kind: 'create', run, runner, head: newHead, records, move }
  }

  /** Creates a run and returns its hold, or what stands for one where it has none. */
  async create(run: RunRef, options?: CreateOptions): Promise<Hold> {
    const { hold } = accepted(await this.send(this.createWrite(run, options)))
    return hold ?? { run, ref: '', token: 0, runner: this.runner }
  }

  /** Creates a run that has ended. */
  async createEnded(run: RunRef, status: Move['status'] = 'succeeded', options?: CreateOptions): Promise<void> {
    await this.create(run, { ...options, move: { status, seen: 0 } })
  }

  async write(hold: Hold, records: readonly NewRecord[], more: { move?: Move; retry?: boolean } = {}) {
    return this.send({ kind: 'held', hold, records, ...more })
  }

  async move(hold: Hold, status: Move['status'], more: Partial<Move> = {}): Promise<Outcome & { accepted: true }> {
    return accepted(await this.write(hold, [], { move: { status, seen: 0, ...more } }))
  }

  async signal(run: RunRef, key: string, body?: string): Promise<Outcome> {
    return this.send({ kind: 'signal', run, record: record(key, { kind: 'signal', body }) })
  }

  async send(write: Write): Promise<Outcome> {
    const [outcome] = await this.port.append([write])
    assert(outcome, 'a write has no answer')
    return outcome
  }

  async head(run: RunRef): Promise<Head> {
    const page = await this.port.read(run, { limit: 1 })
    assert(page, `there is no run ${run.id}`)
    return page.head
  }

  /** All records of a run in the order of their numbers, read in pages. */
  async records(run: RunRef, limit = 1_000): Promise<RunRecord[]> {
    const records = await this.recordsAsPaged(run, limit)
    return records.sort((one, another) => one.number - another.number)
  }

  /** All records of a run as its pages give them; between two of them something may be done. */
  async recordsAsPaged(
    run: RunRef,
    limit: number,
    kind?: NewRecord['kind'],
    between?: () => Promise<unknown>,
  ): Promise<RunRecord[]> {
    const records: RunRecord[] = []
    let after: string | undefined
    do {
      const page = await this.port.read(run, { limit, kind, after })
      assert(page, `there is no run ${run.id}`)
      assert(page.records.length <= limit, 'a page is longer than its limit')
      records.push(...page.records)
      after = page.next
      if (after !== undefined) await between?.()
    } while (after !== undefined)
    return records
  }

  async keys(run: RunRef): Promise<string[]> {
    return (await this.records(run)).map(({ key }) => key)
  }

  /** Claims this case's runs; each name is a runner of its own. */
  async claim(name: string, more: Partial<ClaimRequest> = {}, port: StateStore = this.port): Promise<ClaimAnswer> {
    return port.claim({
      runner: { name: this.runnerNamed(name), ...more.runner },
      leaseMs: longLeaseMs,
      workflows: [{ workflow: this.workflow, version: 1 }],
      limit: 1_000,
      ...more,
    })
  }

  runnerNamed(name: string): string {
    return `${name} and ${this.runner}`
  }

  /** The ids of the runs that a claim takes. */
  async claimed(name: string, more?: Partial<ClaimRequest>): Promise<string[]> {
    return (await this.claim(name, more)).runs.map(({ head }) => head.id)
  }

  /** All ids that a query finds among this tenant's runs, page by page; between two of them something may be done. */
  async listed(query: Partial<RunQuery> = {}, between?: () => Promise<unknown>): Promise<string[]> {
    const ids: string[] = []
    let after: string | undefined
    do {
      const page = await this.port.list({ tenant: this.tenant, limit: 500, ...query, after })
      assert(page.heads.length <= (query.limit ?? 500), 'a page is longer than its limit')
      for (const { id } of page.heads) ids.push(id)
      after = page.next
      if (after !== undefined) await between?.()
    } while (after !== undefined)
    return ids
  }
}

/** What a new run has beside its name. */
export type CreateOptions = Partial<NewHead> & {
  readonly records?: readonly NewRecord[]
  readonly move?: Move
  readonly runner?: string
}
