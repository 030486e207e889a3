import { spawnSync } from 'node:child_process'

/** Runs a program to its end and returns what it printed; throws with everything it said when it fails. */
export function mustRun(program: string, words: readonly string[], folder: string): string {
  const { status, stdout, stderr, error } = run(program, words, folder)
  if (status === 0) return stdout
  throw new Error(`${[program, ...words].join(' ')}\nfailed in ${folder}\n\n${stdout}\n${stderr}`, { cause: error })
}

/** Runs a program to its end, whatever that is. */
export function run(program: string, words: readonly string[], folder: string) {
  return spawnSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    shell: program.endsWith('.cmd'),
    // What vitest puts here is not what a user's process has.
    env: { ...process.env, NODE_OPTIONS: undefined, NODE_ENV: undefined, NO_COLOR: '1', FORCE_COLOR: undefined },
  })
}
