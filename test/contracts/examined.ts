import { expect, test } from 'vitest'
import type { Contract, Subject } from '../../packages/core/src/testing/contract.ts'
import type { FlawedDouble } from '../../packages/core/src/testing/doubles/flawed-double.ts'
import { examine, runContract } from '../../packages/core/src/testing/run-contract.ts'

/** Tests that a sound implementation keeps a contract, that each flawed double breaks what it says, and each case breaks. */
export function testContract<Port>(
  contract: Contract<Port>,
  open: () => Promise<Subject<Port>>,
  doubles: readonly FlawedDouble<Port>[],
): void {
  runContract(contract, { test, open })

  test.each(doubles)(`${contract.port}: a store that $name breaks exactly the cases it declares`, async (double) => {
    const results = await examine(contract, double)
    const broken = results.filter(({ outcome }) => outcome === 'broken').map(({ name }) => name)
    expect(broken.toSorted()).toEqual(double.breaks.toSorted())
    expect(broken).not.toEqual([])
  })

  test(`${contract.port}: every case is broken by some flawed double`, () => {
    const broken = new Set(doubles.flatMap(({ breaks }) => breaks))
    expect(contract.cases.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([])
  })

  test(`${contract.port}: no two cases and no two doubles have one name`, () => {
    for (const names of [contract.cases, doubles].map((all) => all.map(({ name }) => name))) {
      expect(new Set(names).size).toBe(names.length)
    }
  })
}
