/** @typedef {import('./parts.mjs').Part} Part */
/** @typedef {import('./run-part.mjs').Outcome} Outcome */

/**
 * Runs parts side by side, in their order, each after the ones it needs; a part whose needs have failed is not run and
 * counts as failed.
 *
 * @param {readonly Part[]} parts
 * @param {object} how
 * @param {number} how.atOnce
 * @param {(part: Part) => Promise<Outcome>} how.run
 * @param {(part: Part, outcome: Outcome) => void} how.onFinish
 */
export async function runAll(parts, { atOnce, run, onFinish }) {
  const waiting = [...parts]
  /** @type {Map<string, boolean>} */
  const finished = new Map()
  /** @type {Map<string, Promise<void>>} */
  const active = new Map()

  /** @param {Part} part */
  const start = async (part) => {
    const broken = part.needs?.find((name) => finished.get(name) === false)
    const outcome = broken ? notRun(broken) : await run(part)
    finished.set(part.name, outcome.failed === 0)
    active.delete(part.name)
    onFinish(part, outcome)
  }

  while (waiting.length > 0 || active.size > 0) {
    const next = waiting.findIndex(({ needs = [] }) => needs.every((name) => finished.has(name)))
    if (next >= 0 && active.size < atOnce) {
      const [part] = /** @type {[Part]} */ (waiting.splice(next, 1))
      active.set(
        part.name,
        Promise.resolve().then(() => start(part)),
      )
    } else {
      await Promise.race(active.values())
    }
  }
}

/**
 * @param {string} broken
 * @returns {Outcome}
 */
function notRun(broken) {
  return { passed: 0, failed: 1, skipped: 0, output: `Not run, because ${broken} failed.\n`, ms: 0 }
}
