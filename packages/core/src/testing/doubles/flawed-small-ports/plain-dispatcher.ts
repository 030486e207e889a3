import {
  type AgentMessage,
  type AgentProtocol,
  type CallContext,
  checkMessage,
  type Dispatcher,
  type DispatchOptions,
  Failure,
  isFailure,
} from '../../../ports/index.js'
import { callFor } from '../../contracts/call-for.js'
import { ManualClock } from '../manual-clock.js'

/** A failure in as many words as a flawed double needs. */
export function failed(code: string, cause?: unknown): Failure {
  return new Failure({ code, message: `${code}.`, remedy: '', retryable: false, details: {}, cause })
}

/** A dispatcher without flaw, as short as can be; each part of what it does can be replaced by a flawed one. */
export class PlainDispatcher implements Dispatcher {
  readonly clock = new ManualClock()
  readonly agents = new Map<string, AgentProtocol>()

  join(agent: AgentProtocol): void {
    this.agents.set(agent.name, agent)
  }

  async dispatch(message: AgentMessage, options: DispatchOptions = {}): Promise<AgentMessage> {
    this.check(message)
    this.checkTimeout(options.timeoutMs)
    const agent = this.find(message)
    this.admit(message, options)
    return this.wait(agent, message, options)
  }

  check(message: AgentMessage): void {
    checkMessage(message)
  }

  checkTimeout(timeoutMs: number | undefined): void {
    const isTime = timeoutMs === undefined || (typeof timeoutMs === 'number' && timeoutMs > 0)
    if (!isTime) throw failed('dispatch.invalid_timeout')
  }

  find({ receiver }: AgentMessage): AgentProtocol {
    const agent = 'agent' in receiver ? this.agents.get(receiver.agent) : undefined
    if (agent === undefined) throw failed('dispatch.unknown_agent')
    return agent
  }

  admit(message: AgentMessage, { signal, timeoutMs }: DispatchOptions): void {
    if (signal?.aborted) throw this.cancelled(signal.reason)
    if (this.leftFor(message, timeoutMs) <= 0) throw failed('call.timed_out')
  }

  leftFor({ deadline = Number.POSITIVE_INFINITY }: AgentMessage, timeoutMs = Number.POSITIVE_INFINITY): number {
    return Math.min(timeoutMs, deadline - this.clock.now())
  }

  wait(agent: AgentProtocol, message: AgentMessage, { signal, timeoutMs }: DispatchOptions): Promise<AgentMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<AgentMessage>()
    const controller = new AbortController()
    const stop = (failure: unknown, reason: unknown) => {
      reject(failure)
      this.tell(controller, reason)
    }
    const cancel = () => stop(this.cancelled(signal?.reason), signal?.reason)
    signal?.addEventListener('abort', cancel)
    const timer = this.clock.schedule(this.leftFor(message, timeoutMs), () => {
      const late = failed('call.timed_out')
      stop(late, late)
    })
    const end = () => {
      timer.cancel()
      this.forget(signal, cancel)
    }
    const call = this.context(message, controller.signal, this.leftFor(message, timeoutMs))
    this.ask(agent, message, call)
      .finally(end)
      .then(resolve, (error: unknown) => reject(isFailure(error) ? this.own(error) : this.foreign(error)))
    return promise
  }

  /** The context of a call that may take so long. */
  context(message: AgentMessage, signal: AbortSignal, _leftMs: number): CallContext {
    return { ...callFor(message, signal), now: () => this.clock.now() }
  }

  async ask(agent: AgentProtocol, ...request: Parameters<AgentProtocol['process']>): Promise<AgentMessage> {
    return this.judge(request[0], await agent.process(...request))
  }

  judge(message: AgentMessage, answer: AgentMessage | undefined): AgentMessage {
    if (answer?.type === 'error') throw answer.payload
    const isAnswer = answer?.type === 'response' && answer.correlationId === message.correlationId
    if (!isAnswer) throw failed('agent.invalid_reply')
    return answer
  }

  own(failure: Failure): unknown {
    return failure
  }

  foreign(thrown: unknown): unknown {
    return failed('agent.failed', thrown)
  }

  cancelled(reason: unknown): unknown {
    return failed('call.cancelled', reason)
  }

  tell(controller: AbortController, reason: unknown): void {
    controller.abort(reason)
  }

  forget(signal: DispatchOptions['signal'], cancel: () => void): void {
    signal?.removeEventListener('abort', cancel)
  }
}
