import { describe, expect, inject, test } from 'vitest'
import { mustRun } from './run.ts'

const { nodes } = inject('toolbox')

describe.each(Object.entries(nodes))('under Node %s', (major, node) => {
  test('that is the Node which runs', () => {
    expect(mustRun(node, ['--version'], '.')).toMatch(`v${major}.`)
  })

  for (const { folder, specifiers } of inject('packages')) {
    test.each(specifiers)('%s exports the same names to import and to require()', (specifier) => {
      const imported = names(node, folder, `await import('${specifier}')`)
      const required = names(node, folder, `createRequire(process.cwd() + '/')('${specifier}')`)
      expect(imported).not.toEqual([])
      expect(required).toEqual(imported)
    })
  }
})

function names(node: string, folder: string, load: string): string[] {
  const program = `import { createRequire } from 'node:module'; console.log(JSON.stringify(Object.keys(${load}).sort()))`
  return JSON.parse(mustRun(node, ['--input-type=module', '--eval', program], folder))
}
