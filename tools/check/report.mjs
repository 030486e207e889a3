/** @typedef {import('./run-part.mjs').Outcome} Outcome */

const isTerminal = Boolean(process.stdout.isTTY)
const clearLine = '\r\x1b[2K'

/**
 * Prints how the parts fare: a line for each that finished, the notes it left (`note: …`), the output of those that
 * failed, and on a terminal a line that says what is running.
 */
export class Report {
  #startedAt = performance.now()
  #passed = 0
  #failed = 0
  /** @type {Set<string>} */
  #active = new Set()
  #ticking = isTerminal ? setInterval(() => this.#showActive(), 1_000).unref() : undefined

  /** @param {string} name */
  started(name) {
    this.#active.add(name)
    this.#showActive()
  }

  /**
   * @param {string} name
   * @param {Outcome} outcome
   */
  finished(name, { passed, failed, skipped, output, ms }) {
    this.#passed += passed
    this.#failed += failed
    this.#active.delete(name)
    if (isTerminal) process.stdout.write(clearLine)
    if (failed > 0) process.stdout.write(`\n${output.trimEnd()}\n\n`)
    const counts = [
      `${passed} passed`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ]
    console.log(`${failed > 0 ? '✗' : '✓'} ${name.padEnd(13)} ${seconds(ms).padStart(7)}   ${counts.join(', ')}`)
    for (const [, note] of output.matchAll(/^note: (.*)$/gm)) console.log(`    ${note}`)
    this.#showActive()
  }

  /** Prints the sum, as the last line, and returns the exit code that goes with it. */
  end() {
    clearInterval(this.#ticking)
    if (isTerminal) process.stdout.write(clearLine)
    console.log(`\nin ${seconds(performance.now() - this.#startedAt)}`)
    console.log(`${this.#passed} passed, ${this.#failed} failed`)
    return this.#failed === 0 ? 0 : 1
  }

  #showActive() {
    if (!isTerminal || this.#active.size === 0) return
    process.stdout.write(
      `${clearLine}  ${seconds(performance.now() - this.#startedAt)}  ${[...this.#active].join(', ')} …`,
    )
  }
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}
