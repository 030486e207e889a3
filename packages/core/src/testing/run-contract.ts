import assert from 'node:assert/strict'
import type { Contract, ContractCase, Examination } from './contract.js'

/** What became of one case. */
export interface CaseResult {
  readonly name: string
  readonly outcome: 'kept' | 'broken' | 'skipped'
  /** What broke it, or why it was skipped. */
  readonly because?: unknown
}

/** The part of a test runner's `test` that is used: vitest's, Jest's, node:test's and mocha's `it` all have it. */
export type DefineTest = (name: string, run: () => Promise<void>) => unknown

/** Defines one test for each case of a contract, with the test runner of your choice. */
export function runContract<Port>(
  contract: Contract<Port>,
  { test, ...examination }: Examination<Port> & { readonly test: DefineTest },
): void {
  checkSkips(contract, examination)
  for (const one of contract.cases) {
    const reason = examination.skip?.[one.name]
    if (reason === undefined) test(`${contract.port}: ${one.name}`, () => runCase(one, examination))
    else test(`${contract.port}: ${one.name} (skipped: ${reason})`, async () => {})
  }
}

/** Runs all cases of a contract without a test runner, one after the other, and tells what became of each. */
export async function examine<Port>(contract: Contract<Port>, examination: Examination<Port>): Promise<CaseResult[]> {
  checkSkips(contract, examination)
  const results: CaseResult[] = []
  for (const one of contract.cases) {
    const reason = examination.skip?.[one.name]
    if (reason !== undefined) {
      results.push({ name: one.name, outcome: 'skipped', because: reason })
      continue
    }
    try {
      await runCase(one, examination)
      results.push({ name: one.name, outcome: 'kept' })
    } catch (error) {
      results.push({ name: one.name, outcome: 'broken', because: error })
    }
  }
  return results
}

async function runCase<Port>(one: ContractCase<Port>, examination: Examination<Port>): Promise<void> {
  const subject = await examination.open()
  try {
    await one.run(subject)
  } finally {
    await subject.close?.()
  }
}

function checkSkips<Port>(contract: Contract<Port>, { skip = {} }: Examination<Port>): void {
  const names = new Set(contract.cases.map(({ name }) => name))
  for (const [name, reason] of Object.entries(skip)) {
    assert(names.has(name), `${contract.port} has no case "${name}" to be skipped`)
    assert(reason.trim() !== '', `the case "${name}" is skipped without a reason`)
  }
}
