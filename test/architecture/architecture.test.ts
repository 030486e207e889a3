import { expect, test } from 'vitest'
import { root } from '../../tools/workspace.mjs'
import { checkTree } from './check-tree.ts'
import { show } from './finding.ts'
import { readSources } from './source-file.ts'

const files = readSources(root)
const findings = checkTree(files)

test('there are sources to check', () => {
  expect(files.length).toBeGreaterThan(0)
})

// Rule 9, importing changes nothing, is proven on the packages as they are installed: test/packed.
test.each([
  [1, 'the order in which a message walks is the order in which files may import'],
  [2, 'a room is entered only by its door'],
  [3, 'side wings stand on the foundation, and only the composition root knows them'],
  [4, 'no room knows the container'],
  [5, 'shipped source and testing stay apart'],
  [6, 'adapters know the ports and not each other'],
  [7, 'no cycles, and no ambient time, chance or surroundings'],
  [8, 'files are short and their names say what is inside'],
  [0, 'what is thrown is a failure, and no cast switches the checker off'],
])('rule %i: %s', (rule) => {
  const broken = findings.filter((found) => found.rule === rule)
  expect(broken.map(show).join('\n\n')).toBe('')
})
