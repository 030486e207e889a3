import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname } from 'node:path'

const graceMs = 500

/**
 * Runs a script under a Node, on our own terminal, and returns its exit code; signals that we get reach it, and the
 * second one ends it.
 *
 * @param {string} node
 * @param {readonly string[]} scriptAndArguments
 * @returns {Promise<number>}
 */
export async function runProgram(node, scriptAndArguments) {
  const child = spawn(node, scriptAndArguments, { stdio: 'inherit', env: withNodeFirst(node) })
  let received = 0

  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    received += 1
    if (received > 1) setTimeout(() => child.kill('SIGKILL'), graceMs).unref()
    else if (signal !== 'SIGINT' || !hasTerminal()) child.kill(signal)
  }

  for (const signal of passedOn) process.on(signal, pass)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    })
  } finally {
    for (const signal of passedOn) process.off(signal, pass)
  }
}

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP']

// A terminal sends Ctrl-C to every process in front of it: passing it on would make the child see it twice.
function hasTerminal() {
  return Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)
}

/** @param {string} node */
function withNodeFirst(node) {
  return { ...process.env, PATH: [dirname(node), process.env['PATH']].filter(Boolean).join(delimiter) }
}
