import { expect, test } from 'vitest'
import { readMarkdown } from './markdown.ts'

const page = readMarkdown(
  [
    '# The map, drawn',
    'See [the plan](docs/plan.md#rooms) and `[not](this)`.',
    '<!-- with: writer.ts -->',
    '',
    '```ts run',
    'const link = "[not](this.md)"',
    '```',
    '```text output',
    'otters',
    '```',
  ].join('\n'),
)

test('a code block knows its language, marks, context and line', () => {
  expect(page.blocks).toEqual([
    { language: 'ts', marks: ['run'], code: 'const link = "[not](this.md)"', line: 6, context: 'writer.ts' },
    { language: 'text', marks: ['output'], code: 'otters', line: 9 },
  ])
})

test('headings give anchors, and links in code are none', () => {
  expect(page.anchors).toEqual(['the-map-drawn'])
  expect(page.links).toEqual([{ target: 'docs/plan.md#rooms', line: 2 }])
})

test('a block without an end is an error', () => {
  expect(() => readMarkdown('```ts\nconst x = 1')).toThrow('begins at line 1 has no end')
})
