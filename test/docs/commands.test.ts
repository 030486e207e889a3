import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../tools/workspace.mjs'
import { documents } from './documents.ts'

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const commands = documents().flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language }) => /^(sh|bash|shell|console)$/.test(language))
    .flatMap(({ code, line }) =>
      code.split('\n').map((text, index) => ({
        command: text
          .replace(/^\$ /, '')
          .replace(/\s+#.*$/, '')
          .trim(),
        title: `${path}:${line + index}`,
      })),
    )
    .filter(({ command }) => command !== '' && !command.startsWith('#')),
)

test('the documentation shows commands', () => {
  expect(commands).not.toEqual([])
})

test.each(commands)('$title can be typed: $command', ({ command }) => {
  const [program = '', first = '', second = ''] = command.split(/\s+/)
  expect(['npm', 'npx', 'node']).toContain(program)
  if (program === 'npm' && ['test', 'start'].includes(first)) expect(Object.keys(scripts)).toContain(first)
  if (program === 'npm' && first === 'run') expect(Object.keys(scripts)).toContain(second)
  if (program === 'node' && !first.startsWith('-')) expect(existsSync(join(root, first))).toBe(true)
})
