import type { Deadlined } from '../../dispatch/index.js'
import { type EndedStatus, errorText, type Failure, type ReleasedStatus, type RunRecord } from '../../ports/index.js'
import type { StepDefinition } from '../graph/index.js'
import {
  cancelSignal,
  endingOf,
  type RunJournal,
  type SignalBody,
  valueOf,
  type Writing,
  writingFailure,
} from '../journal/index.js'
import { type Made, outputOf } from './contract.js'
import { Ear } from './ear.js'
import { runFailure } from './failures.js'
import { Frame, type FrameOwner } from './frame.js'
import { type Carried, LiveExecution } from './live-execution.js'
import type { FeedReader } from './run-feed.js'
import { type AnyResult, type Attention, type Conclusion, failedBy, resultOf } from './run-result.js'
import { factsOf, longestSilenceMs, longestStayMs, type RunHost, type RunSpec } from './run-spec.js'
import { releaseTriggers, RunStateMachine } from './run-states.js'
import { RunTeller } from './run-teller.js'
import { unfinishedBody } from './unfinished-body.js'

/** Is told that a run is not carried out here any more, and in how long it goes on by itself, where it does. */
export type Left = (run: LiveRun, wakeInMs: number | undefined) => void

/** One run as this process carries it out: from its first step on, or from where its records end. */
export class LiveRun implements Carried, FrameOwner, Deadlined {
  readonly spec: RunSpec
  /** On the monotonic clock. */
  readonly dueAt: number
  place = -1
  isOver = false
  /** Resolves when it is known whether there is another run of its name. */
  created: Promise<unknown> | undefined
  /** What became of it, as far as this process is concerned, once that is durable. */
  readonly done: Promise<AnyResult>
  readonly #resolve: (result: AnyResult) => void
  readonly #host: RunHost
  readonly #left: Left
  readonly #beganAt: number
  readonly #teller: RunTeller
  readonly #machine: RunStateMachine
  readonly #execution: LiveExecution
  readonly #ear: Ear
  readonly journal: RunJournal
  /** The data of its session with which it began, once it has: here, or before it was taken over. */
  session: object | undefined
  #root: Frame | undefined
  #wasRefused = false
  #isBeginning = false

  /** `journalOf` makes its journal, which tells the run what becomes of what it records. */
  constructor(host: RunHost, spec: RunSpec, journalOf: (run: LiveRun) => RunJournal, left: Left) {
    const { definition, ref, tenant } = spec
    this.#host = host
    this.#left = left
    this.spec = spec
    this.#beganAt = host.clock.monotonic()
    this.dueAt = this.#beganAt + spec.dueInMs
    const place = { runId: ref.id, workflow: definition.name, tenant }
    this.#teller = new RunTeller(host.events, place, spec.numbered)
    this.#machine = new RunStateMachine('queued', (from, to, trigger) => this.#teller.moved(from, to, trigger))
    this.#execution = new LiveExecution(host, spec, this.#teller, this)
    ;({ promise: this.done, resolve: this.#resolve } = Promise.withResolvers<AnyResult>())
    this.journal = journalOf(this)
    this.#ear = new Ear(
      this.journal,
      () => host.signalsOf(ref),
      (signal) => this.#hear(signal),
      () => this.turned(this.#execution.underWay),
    )
  }

  /** There is another run of its name, which was stored before: whoever waits for this one finds that one. */
  giveWay(): void {
    this.#forget()
    this.journal.abandon()
    this.#tell({ ok: false, status: 'running', because: 'taken-over' })
  }

  /** It waits for its turn; its time counts already. */
  queue(): void {
    if (this.dueAt !== Number.POSITIVE_INFINITY && this.place < 0) this.#host.deadlines.add(this)
  }

  /** Begins the first steps, or those that come after what is recorded. */
  begin(session: object = {}): void {
    if (this.isOver) return
    const { definition, input, dueInMs, budget, past } = this.spec
    const execution = this.#execution
    const { dispatch, begin } = this.#host
    this.session = execution.session = session
    if (dueInMs <= 0) return this.expire()
    this.#machine.move('taken')
    this.#teller.begun(!past.isEmpty)
    execution.request = dispatch.open(factsOf(this.spec), dueInMs, budget && { budget }, past.calls)
    this.queue()
    // It may have been told to stop before it was taken over: then nothing is begun any more.
    if (!past.isEmpty && !this.#recall(past.untaken)) return
    this.#root = new Frame({ execution, definition, prefix: '', input, begin, owner: this })
    this.#machine.move('prepared')
    // Before all that can begin has begun, nobody knows where the run stands.
    this.#isBeginning = true
    this.#teller.isRecalling = !past.isEmpty
    this.#root.start()
    this.#teller.isRecalling = false
    this.#isBeginning = false
    this.turned(execution.underWay)
  }

  /** Watches what happens in it. */
  read(): FeedReader {
    this.#execution.listen()
    return this.#teller.feed.read()
  }

  turned(underWay: number): void {
    if (this.isOver || this.#isBeginning) return
    if (underWay > 1) this.#machine.move('several_running')
    else if (underWay === 1) this.#machine.move('one_running')
    else {
      this.#machine.move('none_running')
      const { waits, isWaiting } = this.#execution
      // What it waits for may be on its way: it is looked at again when that is heard.
      if (!isWaiting || this.#ear.isListening) return
      // Its own time goes on while it waits.
      const wakeInMs = Math.min(waits.earliestInMs, this.dueAt - this.#host.clock.monotonic())
      if (wakeInMs <= longestStayMs) return
      this.#release('suspended', { ok: false, status: 'suspended', waitingFor: waits.awaited }, wakeInMs)
    }
  }

  completed(frame: Frame): void {
    this.#machine.move('all_settled')
    const fail = (error: unknown) => this.fail(error as Failure)
    try {
      const made = outputOf(frame)
      if (made instanceof Promise) made.then((one) => this.#made(one), fail)
      else this.#made(made)
    } catch (error) {
      fail(error)
    }
  }

  failed(_frame: Frame, failure: Failure, step: StepDefinition): void {
    this.#machine.move('step_failed')
    this.fail(failure, step)
  }

  /** It has failed; the step where that is one's failure. */
  fail(failure: Failure, step?: StepDefinition): void {
    this.#end('failed', failedBy(failure, step), failure)
  }

  /** It may have been told something: the store has counted so many signals, where that is known. */
  nudged(nudge?: number): void {
    if (!this.isOver) this.#ear.nudged(nudge)
  }

  /** It can be recorded no more as it stands, or is another process's. */
  lost(reason: Error): void {
    if (!writingFailure.is(reason, 'journal.superseded')) return this.#refused(reason as Failure)
    if (!this.isOver) this.#close('another process has taken the run over', reason)
    this.journal.abandon()
    this.#tell({ ok: false, status: 'running', because: 'taken-over' })
  }

  /** What it had to record the store will never take: it fails by that, which can be recorded, unless that was refused too. */
  #refused(failure: Failure): void {
    if (!this.journal.isClosed && !this.#wasRefused) {
      this.#wasRefused = true
      this.isOver = false
      return this.fail(failure)
    }
    if (!this.isOver) this.#close('the run cannot be recorded', failure)
    this.#tell(failedBy(failure))
  }

  /** Its time is up. */
  expire(): void {
    const { deadlineMs = 0, definition, ref } = this.spec
    if (!this.isOver) {
      this.#machine.move('time_up')
      this.fail(runFailure('workflow.run_timed_out', { workflow: definition.name, run: ref.id, deadlineMs }))
    }
    if (!this.journal.isBehind) return
    // Nobody is made to wait for a store that does not answer; what it has to be told it is told when it does.
    const unknown = failedBy(writingFailure('journal.outcome_unknown', { run: ref.id }))
    this.#host.clock.schedule(longestSilenceMs, () => this.#resolve(this.#result(unknown)), true)
  }

  /** The process closes, and its store has not answered: whoever waits here is made to wait no more. */
  giveUp(): void {
    this.#resolve(this.#result({ ok: false, status: 'running', because: 'host-closing' }))
  }

  cancel(reason: unknown): void {
    if (this.isOver) return
    this.#machine.move('cancel_asked')
    const why = runFailure('workflow.cancelled', { run: this.spec.ref.id, because: errorText(reason) }, reason)
    this.#end('cancelled', { ok: false, status: 'cancelled', reason }, why)
  }

  /** Gives it back, for another process to go on with. */
  handBack(): void {
    this.#release('pending', { ok: false, status: 'running', because: 'host-closing' }, 0)
  }

  /** Has it wait for somebody to look at it. */
  needAttention(because: Attention, step?: string): void {
    const at = step === undefined ? {} : { step }
    this.#release('needs-attention', { ok: false, status: 'needs-attention', because, ...at })
  }

  /** Hears what it was told before; whether it goes on. */
  #recall(signals: readonly RunRecord[]): boolean {
    for (const signal of signals) this.#hear(signal)
    return !this.isOver
  }

  #hear(signal: RunRecord): void {
    if (this.isOver) return
    const { name, payload } = valueOf(signal.body) as SignalBody
    if (name === cancelSignal) this.cancel(payload)
    else this.#execution.waits.offer(signal)
  }

  #made({ output, step, session }: Made): void {
    if (this.isOver) return
    const { failures } = this.#execution
    let body: Writing['body']
    try {
      body = this.journal.bodyOf('The output of a run', endingOf(output, step, session, this.#wallMs))
    } catch (error) {
      return this.fail(error as Failure)
    }
    this.#machine.move('output_made')
    if (failures === undefined) this.#end('succeeded', { ok: true, status: 'succeeded', output }, undefined, body)
    else this.#end('partial', { ok: true, status: 'partial', output, failures }, undefined, body)
  }

  /** It ends: nothing of it goes on, and once that is durable whoever waits is told. */
  #end(status: EndedStatus, conclusion: Conclusion, why: Failure | undefined, output?: Writing['body']): void {
    if (this.isOver) return
    this.#close(status === 'cancelled' ? 'the run was cancelled' : 'the run has ended', why)
    this.#machine.move(status)
    // The data of its session go on to the next run whatever becomes of this one, unless it never had them.
    const { session, definition } = this.spec
    const data = session === undefined || definition.session === undefined ? undefined : this.session
    const failure = unfinishedBody(conclusion, data, this.#wallMs)
    const closing = this.#execution.request?.end(why, why)
    this.journal.leave({ status, output, failure }, () => {
      if (closing === undefined) this.#tell(conclusion)
      // Whatever could not be closed was reported by whoever closes it.
      else void closing.catch(() => {}).then(() => this.#tell(conclusion))
    })
  }

  /** It goes on later, or elsewhere. */
  #release(status: ReleasedStatus, conclusion: Conclusion, wakeInMs = Number.POSITIVE_INFINITY): void {
    if (this.isOver) return
    this.#machine.move(releaseTriggers[status])
    this.#forget()
    this.#root?.interrupt('the run goes on later')
    void this.#execution.request?.end('the run goes on later')?.catch(() => {})
    const due = Number.isFinite(wakeInMs) ? { wakeInMs: Math.ceil(wakeInMs) } : undefined
    this.journal.leave({ status, ...due }, () => this.#tell(conclusion, due?.wakeInMs))
  }

  #close(because: string, reason: unknown): void {
    this.#forget()
    this.#root?.stop(because, reason)
  }

  #forget(): void {
    this.isOver = true
    if (this.#execution.isWaiting) this.#execution.waits.clear()
  }

  #tell(conclusion: Conclusion, wakeInMs?: number): void {
    const result = this.#result(conclusion)
    this.#host.deadlines.remove(this)
    this.#left(this, wakeInMs)
    this.#teller.finished(result, !['running', 'suspended', 'needs-attention'].includes(conclusion.status))
    this.#resolve(result)
  }

  #result(conclusion: Conclusion): AnyResult {
    return resultOf(this.spec.ref.id, this.spec.definition, this.#root?.outcomes ?? [], this.#wallMs, conclusion)
  }

  get #wallMs(): number {
    return this.spec.past.isEmpty ? this.#host.clock.monotonic() - this.#beganAt : this.#execution.info.elapsedMs
  }
}
