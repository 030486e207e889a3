import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../tools/workspace.mjs'
import { documents } from './documents.ts'

const pages = documents()
const anchorsOf = new Map(pages.map(({ path, anchors }) => [path, anchors]))

const links = pages.flatMap(({ path, links: all }) =>
  all
    .filter(({ target }) => !/^[a-z]+:/.test(target)) // the rest of the world is not ours to keep
    .map(({ target, line }) => ({ title: `${path}:${line}`, path, target })),
)

test('the front page is there', () => {
  expect([...anchorsOf.keys()]).toContain('README.md')
})

test.each(links)('$title leads somewhere: $target', ({ path, target }) => {
  const [file = '', anchor] = target.split('#')
  const there = file === '' ? path : posix.join(posix.dirname(path), file)
  expect(existsSync(join(root, there))).toBe(true)
  if (anchor === undefined || statSync(join(root, there)).isDirectory()) return
  if (anchorsOf.has(there)) expect(anchorsOf.get(there)).toContain(anchor)
})
