import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Dispatch, instrumentation, OwnAgent } from '../../packages/core/src/dispatch/index.js'
import { consoleLogger, SystemClock, SystemRandom } from '../../packages/core/src/host/index.js'
import { agent, createOrchestrator, operation } from '../../packages/core/src/index.js'
import { EventEmitter } from '../../packages/core/src/kernel/index.js'
import { silentTracer } from '../../packages/core/src/orchestrator/silent-ports.js'
import type { AgentProtocol, Clock, Logger } from '../../packages/core/src/ports/index.js'
import { CallRecorder } from '../../packages/core/src/testing/call-recorder.js'
import type { Contract, Examination, Subject } from '../../packages/core/src/testing/contract.js'
import {
  type AgentUnderTest,
  agentProtocolContract,
} from '../../packages/core/src/testing/contracts/agent-protocol-contract.js'
import { callContextContract } from '../../packages/core/src/testing/contracts/call-context-contract.js'
import { requestFor } from '../../packages/core/src/testing/contracts/call-for.js'
import { clockContract } from '../../packages/core/src/testing/contracts/clock-contract.js'
import {
  type DispatcherUnderTest,
  dispatcherContract,
} from '../../packages/core/src/testing/contracts/dispatcher-contract.js'
import {
  type EventSinkUnderTest,
  eventSinkContract,
} from '../../packages/core/src/testing/contracts/event-sink-contract.js'
import { interceptorContract } from '../../packages/core/src/testing/contracts/interceptor-contract.js'
import { loggerContract } from '../../packages/core/src/testing/contracts/logger-contract.js'
import { meterContract } from '../../packages/core/src/testing/contracts/meter-contract.js'
import { randomContract } from '../../packages/core/src/testing/contracts/random-contract.js'
import { tracerContract } from '../../packages/core/src/testing/contracts/tracer-contract.js'
import type { FlawedDouble } from '../../packages/core/src/testing/doubles/flawed-double.js'
import * as flawed from '../../packages/core/src/testing/doubles/flawed-small-ports.js'
import { ManualClock } from '../../packages/core/src/testing/doubles/manual-clock.js'
import { RecordingEventSink } from '../../packages/core/src/testing/doubles/recording-event-sink.js'
import { RecordingLogger } from '../../packages/core/src/testing/doubles/recording-logger.js'
import { RecordingMeter } from '../../packages/core/src/testing/doubles/recording-meter.js'
import { RecordingTracer } from '../../packages/core/src/testing/doubles/recording-tracer.js'
import { ScriptedAgent } from '../../packages/core/src/testing/doubles/scripted-agent.js'
import { SeededRandom } from '../../packages/core/src/testing/doubles/seeded-random.js'
import { examine, runContract } from '../../packages/core/src/testing/run-contract.js'

const noTime = async () => {}
const realTime = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

function keeps<Port>(
  name: string,
  contract: Contract<Port>,
  open: () => Subject<Port>,
  skip?: Examination<Port>['skip'],
) {
  describe(`${name}`, () => {
    runContract(contract, { test, skip, open: async () => open() })
  })
}

describe('Clock', () => {
  keeps('SystemClock', clockContract, () => ({ port: new SystemClock(), advance: realTime }))
  keeps('ManualClock', clockContract, () => {
    const port = new ManualClock()
    return { port, advance: async (ms) => port.advance(ms) }
  })
})

describe('Random', () => {
  const another = async () => new SystemRandom()
  keeps('SystemRandom', randomContract, () => ({ port: new SystemRandom(), advance: noTime, another }))
  keeps('SeededRandom', randomContract, () => ({ port: new SeededRandom(), advance: noTime }), {
    'no id is given by another instance too': 'equal tests have equal ids, on purpose',
  })
})

describe('Logger', () => {
  const lines: string[] = []
  for (const structured of [true, false]) {
    const port = consoleLogger({ level: 'debug', structured, write: (line) => lines.push(line), now: () => 0 })
    keeps(`the console logger, structured: ${structured}`, loggerContract, () => ({ port, advance: realTime }))
  }
  const gone = (): never => {
    throw new Error('the stream is gone')
  }
  const port: Logger = consoleLogger({ level: 'debug', structured: true, write: gone, now: () => 0 })
  keeps('the console logger whose stream is gone', loggerContract, () => ({ port, advance: realTime }))
  keeps('RecordingLogger', loggerContract, () => ({ port: new RecordingLogger(), advance: noTime }))
})

describe('Meter', () => {
  keeps('RecordingMeter', meterContract, () => {
    const meter = new RecordingMeter()
    return {
      port: {
        meter,
        sum: (...series) => meter.sum(...series),
        distribution: (...series) => {
          const observations = meter.observations(...series)
          return { count: observations.length, total: observations.reduce((sum, value) => sum + value, 0) }
        },
      },
      advance: noTime,
    }
  })
})

describe('Tracer', () => {
  keeps('RecordingTracer', tracerContract, () => {
    const tracer = new RecordingTracer()
    return { port: { tracer, ended: () => tracer.spans.filter(({ isOver }) => isOver) }, advance: noTime }
  })
  const passingOn = [
    'run is called once, at once',
    'what run returns is returned, the same promise or value',
    'what run throws is thrown',
    'a traceparent is as the W3C has it, or undefined',
  ]
  const others = tracerContract.cases.map(({ name }) => name).filter((name) => !passingOn.includes(name))
  keeps(
    'the tracer that traces nothing',
    tracerContract,
    () => ({ port: { tracer: silentTracer, ended: () => [] }, advance: noTime }),
    Object.fromEntries(others.map((name) => [name, 'it records no spans'])),
  )
})

describe('EventSink', () => {
  keeps('EventEmitter', eventSinkContract, (): Subject<EventSinkUnderTest> => {
    const sink = new EventEmitter({ now: () => Date.now(), report: () => {} })
    return { port: { sink, listen: (type, listener) => sink.on(type, listener) }, advance: noTime }
  })
  keeps(
    'RecordingEventSink',
    eventSinkContract,
    () => {
      const sink = new RecordingEventSink()
      return { port: { sink, listen: (type, listener) => sink.on(type, listener) }, advance: noTime }
    },
    { 'observed tells whether anyone listens': 'it keeps all events, so it is always observed' },
  )
})

describe('AgentProtocol', () => {
  const request = requestFor({ payload: { text: 'some' } })
  const broken = requestFor({ payload: { text: 7 } })
  describe('a typed agent in an orchestrator', () => {
    runContract(agentProtocolContract, { test, open: openTypedAgent })
  })
  keeps('ScriptedAgent', agentProtocolContract, () => {
    const agent = new ScriptedAgent('an-agent', {
      work: [(payload: unknown) => z.object({ text: z.string() }).parse(payload)],
    })
    return { port: { agent, request, broken }, advance: noTime }
  })

  async function openTypedAgent(): Promise<Subject<AgentUnderTest>> {
    const typed = agent('an-agent', {
      work: operation({
        input: z.object({ text: z.string() }),
        output: z.object({ text: z.string() }),
        run: async ({ text }) => ({ text }),
      }),
    })
    const orchestrator = await createOrchestrator({ agents: [typed] })
    const own: AgentProtocol = {
      name: 'an-agent',
      capabilities: () => orchestrator.capabilities()['an-agent'] ?? { operations: {} },
      process: (message, { signal }) => orchestrator.send(message, { signal }),
    }
    return { port: { agent: own, request, broken }, advance: noTime, close: () => orchestrator.close() }
  }
})

describe.each([false, true])('a dispatcher, in real time: %s', (isReal) => {
  const openDispatch = (): Subject<DispatcherUnderTest> => {
    const manual = new ManualClock()
    const clock: Clock = isReal ? new SystemClock() : manual
    const events = new EventEmitter({ now: () => 0, report: () => {} })
    // Progress is told to somebody, who is of no help.
    events.on('call.progressed', () => {
      throw new Error('a listener that fails')
    })
    const openScope = () => ({ tenant: undefined, overrides: false, resolve: async () => ({}), close: noTime })
    const deps = { clock, random: new SeededRandom(), logger: new RecordingLogger(), events, openScope }
    const dispatcher = new Dispatch(deps, { settings: { agentTimeoutMs: 600_000 }, budget: {} })
    const advance = async (ms: number) => (isReal ? realTime(ms) : manual.advance(ms))
    return { port: { dispatcher, join: (one) => dispatcher.join(new OwnAgent(one)) }, advance }
  }
  keeps('Dispatch', dispatcherContract, openDispatch)
  keeps('the call context of Dispatch', callContextContract, openDispatch)
})

describe('Interceptor', () => {
  const message = requestFor({ payload: { a: 1 } })
  for (const [name, tracer, meter] of [
    ['spans and measurements', new RecordingTracer(), new RecordingMeter()],
    ['spans', new RecordingTracer(), undefined],
    ['measurements', undefined, new RecordingMeter()],
  ] as const) {
    const interceptor = instrumentation(new ManualClock(), tracer, meter)
    keeps(`the instrumentation, ${name}`, interceptorContract, () => ({
      port: { interceptor, message },
      advance: noTime,
    }))
  }
  keeps('CallRecorder', interceptorContract, () => {
    return { port: { interceptor: new CallRecorder(() => undefined), message }, advance: noTime }
  })
})

describe('flawed doubles', () => {
  const all: readonly (readonly [Contract<unknown>, readonly FlawedDouble<unknown>[]])[] = [
    [clockContract, flawed.flawedClocks],
    [randomContract, flawed.flawedRandoms],
    [loggerContract, flawed.flawedLoggers],
    [meterContract, flawed.flawedMeters],
    [tracerContract, flawed.flawedTracers],
    [eventSinkContract, flawed.flawedEventSinks],
    [agentProtocolContract, flawed.flawedAgents],
    [dispatcherContract, flawed.flawedDispatchers],
    [callContextContract, flawed.flawedCallContexts],
    [interceptorContract, flawed.flawedInterceptors],
  ]
  describe.each(all.map(([contract, doubles]) => ({ contract, doubles, port: contract.port })))('$port', (suite) => {
    const { contract, doubles } = suite
    test.each(doubles.map((double) => ({ double, name: double.name })))('$name', async ({ double }) => {
      const results = await examine(contract, { open: () => double.open() })
      const broken = results.filter(({ outcome }) => outcome === 'broken').map(({ name }) => name)
      expect(broken.toSorted()).toEqual(double.breaks.toSorted())
    })
    test('each case is broken by one of them', () => {
      const found = new Set(doubles.flatMap(({ breaks }) => breaks))
      expect(contract.cases.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([])
    })
  })
})
