import { expect, test } from 'vitest'
import { packageNamed } from './package-named.ts'
import { mustRun } from './run.ts'

const rounds = 9
const target = { cpuMs: 70 }

const { folder, specifiers } = packageNamed('@baton/core')

test.each([
  ...specifiers.map((specifier) => ({ title: `import ${specifier}`, load: `await import('${specifier}')` })),
  {
    title: 'require @baton/core',
    load: `process.getBuiltinModule('module').createRequire(process.cwd() + '/')('@baton/core')`,
  },
])('$title costs little more than an empty Node', ({ title, load }) => {
  // In turns, so that both meet the same moods of the machine.
  const pairs = Array.from({ length: rounds }, () => ({ empty: cpuMs(''), loaded: cpuMs(load) }))
  const cost = median(pairs.map(({ loaded }) => loaded)) - median(pairs.map(({ empty }) => empty))
  console.log(`note: ${title} costs ${cost.toFixed(0)} ms of CPU (target ${target.cpuMs}, limit ${2 * target.cpuMs})`)
  expect(cost).toBeLessThanOrEqual(2 * target.cpuMs)
})

function cpuMs(load: string): number {
  const program = `${load}; const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)`
  return Number(mustRun(process.execPath, ['--input-type=module', '--eval', program], folder))
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}
