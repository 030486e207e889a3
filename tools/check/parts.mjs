import { join } from 'node:path'
import { root } from '../workspace.mjs'

/**
 * One part of the suite: a program to run, and how its tests are counted.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string} says what it checks, in the help text
 * @property {readonly string[]} command a script for Node, and its arguments
 * @property {string} [project] the vitest project whose tests are counted; without it the part counts as one
 * @property {readonly string[]} [needs] parts that must have passed before
 */

const modules = join(root, 'node_modules')

/** Every part, in the order in which they start. @type {readonly Part[]} */
export const parts = [
  { name: 'build', says: 'the packages build', command: ['tools/build.mjs'] },
  { name: 'packed', says: 'the packages, as users install them', ...vitest('packed'), needs: ['build'] },
  {
    name: 'types',
    says: 'everything type-checks, type tests too',
    command: [join(modules, 'typescript/bin/tsc'), '-b'],
    needs: ['build'],
  },
  {
    name: 'lint',
    says: 'oxlint finds nothing',
    command: [join(modules, 'oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'],
  },
  {
    name: 'format',
    says: 'biome would change nothing',
    command: [join(modules, '@biomejs/biome/bin/biome'), 'format'],
  },
  { name: 'architecture', says: 'the floors and rooms are kept', ...vitest('architecture') },
  { name: 'unit', says: 'each file, beside it', ...vitest('unit') },
  { name: 'contracts', says: 'each port implementation, and flawed ones', ...vitest('contracts') },
  { name: 'properties', says: 'promises over generated inputs', ...vitest('properties') },
  { name: 'journeys', says: 'what a user does, end to end', ...vitest('journeys') },
  { name: 'services', says: 'the services that tests start', ...vitest('services') },
  { name: 'stores', says: 'the databases, as users meet them', ...vitest('stores'), needs: ['build'] },
  { name: 'chaos', says: 'killed processes and databases, and what is left', ...vitest('chaos'), needs: ['build'] },
  { name: 'docs', says: 'every code block and link', ...vitest('docs'), needs: ['build'] },
]

/** @param {string} project */
function vitest(project) {
  return { command: [join(modules, 'vitest/vitest.mjs'), 'run', '--project', project], project }
}
