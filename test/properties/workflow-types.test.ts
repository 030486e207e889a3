import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root } from '../../tools/workspace.mjs'

const head = `
import { agent, operation, workflow } from '@baton/core'
import { z } from 'zod'
const Text = z.object({ text: z.string() })
const { say } = agent('parrot', { say: operation({ input: Text, output: Text, run: (input) => input }) })
export const long = workflow('long', { input: Text, output: Text })
  .step('s0', say)
`

/** One step of those that long workflows are made of: most see the one before, some an early one, some none. */
function step(index: number): string {
  const [name, before, early] = [`s${index}`, `s${index - 1}`, `s${index >> 1}`]
  switch (index % 4) {
    case 0:
      return `.step('${name}', say, { with: ({ steps }) => steps.${before} })`
    case 1:
      return `.compute('${name}', { run: ({ steps }) => ({ text: steps.${before}.text }) })`
    case 2:
      return `.step('${name}', say, { after: ['${before}', '${early}?'], with: ({ steps, input }) => steps.${early} ?? input })`
    default:
      return `.step('${name}', say, { after: [], when: ({ input }) => input.text !== '' })`
  }
}

function source(steps: number): string {
  const more = Array.from({ length: steps - 1 }, (_, index) => step(index + 1))
  return `${head}${more.join('\n')}\n.output(['s${steps - 1}'], ({ steps }) => steps.s${steps - 1})\n`
}

/** What the compiler says of itself, having checked one file: how many types it made, how often it filled one in. */
interface Checked {
  readonly faults: readonly string[]
  readonly types: number
  readonly instantiations: number
  readonly seconds: number
}

const folder = mkdtempSync(join(tmpdir(), 'baton-types-'))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function check(text: string): Checked {
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2024', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    paths: {
      '@baton/core': [join(root, 'packages/core/src/index.ts')],
      zod: [join(root, 'node_modules/zod/index.d.ts')],
    },
  }
  writeFileSync(join(folder, 'host.ts'), text)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['host.ts'] }))
  // One checker alone: several would each make types of their own.
  const says = tsc(['--project', folder, '--extendedDiagnostics', '--singleThreaded', '--pretty', 'false'])
  const told = (what: string) => Number(new RegExp(`^${what}:\\s+([\\d.]+)`, 'm').exec(says)?.[1])
  const faults = says.split('\n').filter((line) => line.includes('host.ts('))
  return { faults, types: told('Types'), instantiations: told('Instantiations'), seconds: told('Check time') }
}

function tsc(args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...args], {
      encoding: 'utf8',
      // A type that grows without end would take the machine with it.
      timeout: 50_000,
    })
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout)
  }
}

describe('a workflow of 200 steps', () => {
  const [one, half, whole] = [check(source(1)), check(source(100)), check(source(200))]
  const growth = (of: 'types' | 'instantiations') => (whole[of] - one[of]) / (half[of] - one[of])

  it('type-checks, and so do shorter ones', () => {
    expect([...one.faults, ...half.faults, ...whole.faults]).toEqual([])
  })

  it('makes twice as many types as one of 100', () => {
    expect(half.types - one.types).toBeGreaterThan(1_000)
    expect(growth('types')).toBeLessThan(2.3)
  })

  it('costs the compiler little: each step may go over the names before it, but not over all pairs of them', () => {
    const seconds = { one: one.seconds, half: half.seconds, whole: whole.seconds }
    console.log(`check time in seconds: ${JSON.stringify(seconds)}; not asserted, since machines differ`)
    expect(whole.instantiations - one.instantiations).toBeLessThan(235_000)
    expect(growth('instantiations')).toBeLessThan(3.3)
  })
})

describe('the check itself', () => {
  it('finds a mistake in the last of many steps', () => {
    const text = source(100).replace('steps.s99)\n', 'steps.s98)\n')
    expect(check(text).faults.join()).toContain("'s98' does not exist")
  })
})
