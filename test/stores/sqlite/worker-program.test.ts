import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { root } from '../../../tools/workspace.mjs'

const source = join(root, 'packages/adapters-sqlite/src')
const head = `/** The program of the thread that a file is open in: \`serve()\`, as text. Generated; changes made here are lost. */\n`

test('the program of the thread is what its source says', async () => {
  const { outputFiles } = await build({
    stdin: { contents: "import { serve } from './worker-program-source.ts'\nserve()", resolveDir: source },
    bundle: true,
    format: 'iife',
    platform: 'node',
    target: 'node22',
    write: false,
    legalComments: 'none',
  })
  const lines = (outputFiles[0]?.text ?? '')
    .trimEnd()
    .split('\n')
    .filter((line) => !/^\s*\/\//.test(line))
  expect(lines.join('\n')).not.toMatch(/[`$]/)
  const text = `${head}export const workerProgram: string = String.raw\`\n${lines.join('\n')}\n\`\n`
  await expect(text, 'Run it with -u to write it anew').toMatchFileSnapshot(join(source, 'worker-program.ts'))
})
