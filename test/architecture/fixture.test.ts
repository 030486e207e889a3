import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkTree } from './check-tree.ts'
import type { Finding } from './finding.ts'
import { readSources } from './source-file.ts'

const findings = checkTree(readSources(join(import.meta.dirname, 'fixture')))

const floors =
  'imports run downwards and to the right only: intake (reactive → bus → routing) ↓ workflow (teams → run → graph → ' +
  'journal) ↓ dispatch (budget → pool → resilience → agent) ↓ memory (session → conversation → cache → store) ↓ ports ↓ protocol'

const ambient =
  'clocks, timers, chance, environment and console live in host/; everything else is handed a Clock, a Random or a Logger'

/** What the tree in `fixture` does wrong: each rule once, and the two halves of rule 7 once each. */
const expected: Finding[] = [
  {
    rule: 1,
    where: 'packages/core/src/dispatch/agent/index.ts:1',
    line: "import type { runWorkflow } from '../../workflow/run/index.js'",
    allowed: floors,
  },
  {
    rule: 2,
    where: 'packages/core/src/intake/bus/delivery.ts:1',
    line: "import { rows } from '../../memory/store/rows.js'",
    allowed: 'memory/store is entered by its door only: import from memory/store/index.ts',
  },
  {
    rule: 3,
    where: 'packages/core/src/host/system-clock.ts:1',
    line: "import { rows } from '../memory/store/index.js'",
    allowed: 'a side wing imports ports and protocol only',
  },
  {
    rule: 4,
    where: 'packages/core/src/dispatch/pool/agent-pool.ts:1',
    line: "import { container } from 'tsyringe'",
    allowed: 'tsyringe is imported by kernel/container.ts only',
  },
  {
    rule: 5,
    where: 'packages/core/src/memory/cache/layered-cache.ts:1',
    line: "import { stub } from '../../testing/index.js'",
    allowed: 'shipped source never imports testing; test files may',
  },
  {
    rule: 6,
    where: 'packages/adapters-redis/src/redis-lock-store.ts:1',
    line: "import { postgres } from '@baton/adapters-postgres'",
    allowed: 'adapters never import each other; what two of them need belongs in @baton/store-kysely',
  },
  {
    rule: 7,
    where: 'packages/core/src/workflow/graph/definition.ts:1',
    line: "export type { Analysis } from './analysis.js'",
    allowed:
      'no import may close a cycle: workflow/graph/analysis.ts → workflow/graph/definition.ts → workflow/graph/analysis.ts',
  },
  {
    rule: 7,
    where: 'packages/core/src/dispatch/resilience/retry.ts:1',
    line: 'export const jitter = () => Math.random()',
    allowed: ambient,
  },
  {
    rule: 8,
    where: 'packages/core/src/protocol/utils.ts:1',
    line: 'export const everything = true',
    allowed: '"utils" says nothing about what is inside: name the one idea',
  },
  {
    rule: 0,
    where: 'packages/core/src/protocol/codec.ts:2',
    line: 'throw new TypeError(`Cannot decode ${text}`)',
    allowed: 'throw a failure with a code, and keep the error as its cause',
  },
]

test.each(expected)('the fixture breaks rule $rule at $where, and is told so', (finding) => {
  expect(findings).toContainEqual(finding)
})

test('nothing else is found in the fixture', () => {
  expect(findings).toHaveLength(expected.length)
})
