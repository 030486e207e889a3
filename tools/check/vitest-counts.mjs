import { existsSync, readFileSync } from 'node:fs'

/**
 * Counts the tests in a JSON report of vitest. A run that failed without a failing test, or that ran no test at all,
 * counts as one failure: nothing may pass by not happening.
 *
 * @param {string} report
 * @param {number | null} exitCode
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countsOfVitest(report, exitCode) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const {
    numPassedTests: passed,
    numFailedTests,
    numPendingTests,
    numTodoTests,
  } = JSON.parse(readFileSync(report, 'utf8'))
  const isSound = exitCode === 0 && passed > 0
  return { passed, failed: Math.max(numFailedTests, isSound ? 0 : 1), skipped: numPendingTests + numTodoTests }
}
