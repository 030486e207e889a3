import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { publishedPackages } from '../../../tools/workspace.mjs'

const entries = Object.fromEntries(
  publishedPackages().flatMap((each) =>
    each.entries.map(({ specifier, source }) => [specifier, new URL(`file://${source}`).href]),
  ),
)

/** Lets Node read the sources as they are: they name each other by what they are built to. */
const asSources = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  const entries = ${JSON.stringify(entries)}
  registerHooks({
    resolve: (specifier, context, next) => {
      if (entries[specifier] !== undefined) return next(entries[specifier], context)
      const ours = specifier.startsWith('.') && /[/]packages[/][^/]+[/]src[/]/.test(context.parentURL ?? '')
      return next(ours ? specifier.replace(/[.]js$/, '.ts') : specifier, context)
    },
  })
`)}`

const start = `
  import { z } from '${import.meta.resolve('zod')}'
  import pg from '${import.meta.resolve('pg')}'
  import { postgres } from '@baton/adapters-postgres'
  import { agent, createOrchestrator, operation, signal, stateStore, workflow } from '@baton/core'
  const clerk = agent('clerk', { echo: operation({ input: z.any(), output: z.any(), run: (input) => input }) })
  const flow = workflow('flow', { input: z.any(), output: z.any() })
    .step('one', clerk.echo)
    .step('two', clerk.echo, { with: ({ steps }) => steps.one })
    .output(['two'], ({ steps }) => steps.two)
  const workflows = [flow]
  const argv = process.argv.slice(1)
`

/** Runs a program in a process of its own, and gives what it prints last, as JSON; fails when it does not end by itself. */
export async function runProgram(program: string, args: readonly string[], timeout = 50_000): Promise<unknown> {
  const flags = ['--no-warnings', '--import', asSources, '--input-type=module', '-e', start + program, '--', ...args]
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}
