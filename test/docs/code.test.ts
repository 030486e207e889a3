import { expect, test } from 'vitest'
import { mustRun } from '../packed/run.ts'
import { documents } from './documents.ts'
import { typeCheck, writePrograms } from './programs.ts'

const programs = writePrograms()
const faults = typeCheck(programs)

test.each(programs)('$title compiles on its own, against the packages as built', (program) => {
  expect(faults.get(program)).toEqual([])
})

test.each(programs.filter(({ isRun }) => isRun))('$title runs, and prints what the page says', ({ file, output }) => {
  const printed = mustRun(process.execPath, [file], '.')
  if (output !== undefined) expect(printed.trimEnd()).toBe(output.trimEnd())
})

const others = documents().flatMap(({ path, blocks }) =>
  blocks.map((block) => ({ ...block, title: `${path}:${block.line}` })),
)

test.each(others.filter(({ language }) => language === 'json'))('the JSON at $title is JSON', ({ code }) => {
  expect(() => JSON.parse(code)).not.toThrow()
})

test.each(others.filter(({ marks }) => marks.includes('output')))(
  'the output at $title follows a program',
  (output) => {
    const before = others[others.findIndex(({ title }) => title === output.title) - 1]
    expect(before?.marks).toContain('run')
  },
)
