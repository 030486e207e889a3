import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { describe, expect, inject, test } from 'vitest'
import { root } from '../../tools/workspace.mjs'
import { mustRun } from './run.ts'

describe.each(inject('packages'))('the manifest of $name', ({ name, tarball, folder }) => {
  test('has nothing that publint would mend', async () => {
    const { messages, pkg } = await publint({ pkgDir: join(folder, 'node_modules', name), pack: false, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
  })

  test('gives the right types to every kind of resolution', () => {
    mustRun(process.execPath, [join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'), tarball], folder)
  })
})
