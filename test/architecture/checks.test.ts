import { describe, expect, test } from 'vitest'
import { checkTree } from './check-tree.ts'
import { sourceFile } from './source-file.ts'

const core = (inside: string, ...lines: string[]) =>
  checkTree([sourceFile(`packages/core/src/${inside}`, lines.join('\n'))])
const rules = (inside: string, ...lines: string[]) => core(inside, ...lines).map(({ rule }) => rule)

describe('an import is seen however it is written', () => {
  test.each([
    "import { run } from '../../workflow/run/index.js'",
    "import type { Run } from '../../workflow/run/index.js'",
    "import { type Run } from '../../workflow/run/index.js'",
    "import '../../workflow/run/index.js'",
    "export { run } from '../../workflow/run/index.js'",
    "export * from '../../workflow/run/index.js'",
    "export type Run = import('../../workflow/run/index.js').Run",
    "export const run = () => import('../../workflow/run/index.js')",
    "export const run = require('../../workflow/run/index.js')",
  ])('%s', (line) => {
    expect(rules('dispatch/agent/index.ts', line)).toEqual([1])
  })

  test.each([
    "// import '../../workflow/run/index.js'",
    'export const text = "import \'../../workflow/run/index.js\'"',
  ])('but not in %s', (line) => {
    expect(rules('dispatch/agent/index.ts', line)).toEqual([])
  })
})

describe('rule 1, the floors', () => {
  test.each([
    ['down', 'workflow/run/engine.ts', '../../memory/store/index.js'],
    ['to the foundation', 'memory/store/rows.ts', '../../ports/index.js'],
    ['to the right', 'dispatch/budget/spend.ts', '../agent/index.js'],
    ['from a floor to its rooms', 'dispatch/dispatch.ts', './pool/index.js'],
    ['from ports to protocol', 'ports/clock.ts', '../protocol/index.js'],
    ['from the composition root to anything', 'orchestrator.ts', './kernel/index.js'],
  ])('allows %s', (_, file, target) => {
    expect(rules(file, `import '${target}'`)).toEqual([])
  })

  test.each([
    ['up', 'memory/store/rows.ts', '../../dispatch/agent/index.js'],
    ['to the left', 'dispatch/agent/invoke.ts', '../pool/index.js'],
    ['from a room to its own floor', 'dispatch/agent/invoke.ts', '../index.js'],
    ['from protocol to ports', 'protocol/message.ts', '../ports/index.js'],
    ['to the composition root', 'memory/store/rows.ts', '../../orchestrator.js'],
    ['to a place without a plan', 'memory/store/rows.ts', '../../cellar/index.js'],
  ])('forbids %s', (_, file, target) => {
    expect(rules(file, `import '${target}'`)).toEqual([1])
  })

  test('forbids a place without a plan', () => {
    expect(rules('cellar/wine.ts', 'export {}')).toEqual([1])
    expect(rules('memory/cellar/wine.ts', 'export {}')).toEqual([1])
  })
})

describe('rule 2, the doors', () => {
  test('a room does not go through its own door', () => {
    expect(rules('dispatch/pool/agent-pool.ts', "import './index.js'")).toEqual([2])
    expect(rules('orchestrator.ts', "import './index.js'")).toEqual([2])
  })

  test('the front door names its exports', () => {
    expect(rules('index.ts', "export * from './ports/index.js'")).toEqual([2])
  })
})

describe('rule 3, the side wings', () => {
  test('no room imports a wing', () => {
    expect(rules('dispatch/agent/invoke.ts', "import '../../host/index.js'")).toEqual([3])
  })

  test('no wing imports another', () => {
    expect(rules('config/read.ts', "import '../host/index.js'")).toEqual([3])
  })
})

describe('rule 5, testing', () => {
  test.each([
    ['testing/contracts/state-store.ts', "import '../../ports/index.js'"],
    ['testing/contracts/state-store.ts', "import assert from 'node:assert'"],
    ['testing/doubles/flaky.ts', "import '../../memory/store/index.js'"],
    ['testing/test-orchestrator.ts', "import '../orchestrator.js'"],
    ['orchestrator.test.ts', "import './testing/index.js'"],
  ])('%s may say %s', (file, line) => {
    expect(rules(file, line)).toEqual([])
  })

  test.each([
    ['testing/contracts/state-store.ts', "import '../../memory/store/index.js'"],
    ['testing/contracts/state-store.ts', "import { test } from 'vitest'"],
    ['testing/doubles/flaky.ts', "import '../../orchestrator.js'"],
    ['index.ts', "export { stub } from './testing/index.js'"],
  ])('%s may not say %s', (file, line) => {
    expect(rules(file, line)).toEqual([5])
  })
})

describe('rule 6, adapters', () => {
  const adapter = (inside: string, specifier: string) =>
    checkTree([sourceFile(`packages/adapters-redis/src/${inside}`, `import '${specifier}'`)]).map(({ rule }) => rule)

  test('an adapter imports the ports, the library, and in its tests the kit', () => {
    expect(adapter('lock-store.ts', '@baton/core/ports')).toEqual([])
    expect(adapter('lock-store.ts', '@baton/store-kysely')).toEqual([])
    expect(adapter('lock-store.test.ts', '@baton/core/testing')).toEqual([])
    expect(adapter('plugin.ts', '@baton/core')).toEqual([])
  })

  test('and nothing else of ours', () => {
    expect(adapter('lock-store.ts', '@baton/core')).toEqual([6])
    expect(adapter('lock-store.ts', '@baton/core/testing')).toEqual([6])
    expect(adapter('lock-store.test.ts', '@baton/adapters-sqlite')).toEqual([6])
  })
})

describe('rule 7, what is ambient', () => {
  test.each([
    'export const at = new Date()',
    'export const at = Date.now()',
    'export const later = (run: () => void) => setTimeout(run, 1)',
    'export const wait = globalThis.setTimeout',
    'export const home = process.env.HOME',
    'export const mode = process.env["MODE"]',
    'export const say = console.log',
    "import { randomUUID } from 'node:crypto'",
    "import { randomUUID } from 'crypto'",
    "import { setTimeout as sleep } from 'node:timers/promises'",
    'export const id = globalThis.crypto.randomUUID()',
  ])('%s', (line) => {
    expect(rules('dispatch/agent/invoke.ts', line)).toEqual([7])
    expect(rules('host/system.ts', line)).toEqual([])
    expect(rules('dispatch/agent/invoke.test.ts', line)).toEqual([])
  })

  test.each([
    'export const day = new Date(0)',
    'export const later = (clock: { setTimeout(run: () => void): void }, run: () => void) => clock.setTimeout(run)',
    'export const soon = (run: () => void) => queueMicrotask(run)',
    'export interface Host { console: unknown }',
    '// Date.now() is not used here',
  ])('but not %s', (line) => {
    expect(rules('dispatch/agent/invoke.ts', line)).toEqual([])
  })
})

describe('rule 8, size and names', () => {
  test('300 lines pass and 301 do not', () => {
    expect(rules('ports/clock.ts', ...Array<string>(300).fill('//'))).toEqual([])
    expect(rules('ports/clock.ts', ...Array<string>(301).fill('//'))).toEqual([8])
  })

  test('the front door has at most 80', () => {
    expect(rules('index.ts', ...Array<string>(81).fill('//'))).toEqual([8])
  })

  test.each(['protocol/types.ts', 'protocol/helpers/codec.ts', 'protocol/wireCodec.ts'])('%s is no name', (file) => {
    expect(rules(file, 'export {}')).toEqual([8])
  })
})

describe('what is thrown', () => {
  test.each([
    'throw new Error("no")',
    'throw RangeError("no")',
    'export const no = Promise.reject(new AggregateError([]))',
    'export const what = ({} as any).thing',
  ])('%s', (line) => {
    expect(rules('ports/clock.ts', line)).toEqual([0])
    expect(rules('ports/clock.test.ts', line)).toEqual([])
  })
})
