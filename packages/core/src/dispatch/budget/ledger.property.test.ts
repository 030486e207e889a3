import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Usage } from '../../ports/index.js'
import { requestFor } from '../../testing/contracts/call-for.js'
import { isFailure } from '../../ports/index.js'
import { Ledger } from './ledger.js'

const amount = fc.nat(40)
// Fractions of two are summed up without error: a test of a ledger is no test of arithmetic.
const dollars = fc.nat(40).map((count) => count / 4)
const usage = fc.record({ tokens: amount, costUsd: dollars }, { requiredKeys: [] })

const step = fc.oneof(
  fc.record({ kind: fc.constant('enter' as const), estimate: fc.option(usage, { nil: undefined }), parent: fc.nat(5) }),
  fc.record({ kind: fc.constant('spend' as const), which: fc.nat(20), usage }),
  fc.record({
    kind: fc.constant('leave' as const),
    which: fc.nat(20),
    wasCutOff: fc.boolean(),
    attempts: fc.integer({ min: 0, max: 2 }),
  }),
)

class OneCall {
  attempts = 1
  made = 0
  reserved: Usage | undefined
  charged: Usage | undefined
  readonly spent = { tokens: 0, costUsd: 0 }
  /** What was told while it was under way, and what was estimated. */
  readonly estimate: Usage | undefined
  constructor(estimate: Usage | undefined) {
    this.estimate = estimate
  }
}

const limits = fc.record(
  { calls: fc.nat(8), tokens: fc.nat(120), costUsd: dollars.map((one) => one * 3), fanOut: fc.nat(3) },
  { requiredKeys: [] },
)

test('however calls enter, spend and leave, nobody is let in beyond the budget, and at the end nothing is set aside', () => {
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 60 }), (allowed, steps) => {
      const ledger = new Ledger(allowed)
      const message = requestFor()
      const inside: OneCall[] = []
      const all: OneCall[] = []
      /** What counts, call by call: what was told, or what was estimated where that says more. */
      const counted = new Map<OneCall, { tokens: number; costUsd: number }>()
      const used = (name: 'tokens' | 'costUsd') =>
        all.reduce((sum, one) => {
          const settled = counted.get(one)
          // Who tells late tells what was counted already, up to that.
          if (settled !== undefined) return sum + Math.max(settled[name], one.spent[name])
          return sum + Math.max(one.spent[name], one.estimate?.[name] ?? 0)
        }, 0)
      const enter = (estimate: Usage | undefined, parent: OneCall | undefined) => {
        const call = new OneCall(estimate)
        const fits =
          (allowed.calls === undefined || all.length < allowed.calls) &&
          (allowed.fanOut === undefined || (parent?.made ?? 0) < allowed.fanOut) &&
          (['tokens', 'costUsd'] as const).every((name) => {
            const limit = allowed[name]
            return limit === undefined || (used(name) < limit && used(name) + (estimate?.[name] ?? 0) <= limit)
          })
        const before = ledger.remaining
        try {
          ledger.enter(message, call, parent, estimate)
          expect(fits).toBe(true)
          inside.push(call)
          all.push(call)
        } catch (error) {
          if (!isFailure(error, 'budget.exceeded')) throw error
          expect([fits, ledger.remaining, call.reserved]).toEqual([false, before, undefined])
        }
      }
      const leave = (call: OneCall, wasCutOff: boolean) => {
        ledger.leave(call, wasCutOff)
        const settle = (name: 'tokens' | 'costUsd') => {
          const counts = call.attempts > 0 && (wasCutOff || call.spent[name] === 0)
          return counts ? Math.max(call.spent[name], call.estimate?.[name] ?? 0) : call.spent[name]
        }
        counted.set(call, { tokens: settle('tokens'), costUsd: settle('costUsd') })
        // Told twice, it leaves once.
        ledger.leave(call, wasCutOff)
      }
      for (const one of steps) {
        if (one.kind === 'enter') enter(one.estimate, inside[one.parent])
        else if (one.kind === 'spend') {
          if (all.length > 0) ledger.spend(all[one.which % all.length] as OneCall, one.usage)
        } else if (inside.length > 0) {
          const call = inside[one.which % inside.length] as OneCall
          call.attempts = one.attempts
          inside.splice(inside.indexOf(call), 1)
          leave(call, one.wasCutOff)
        }
        for (const name of ['tokens', 'costUsd'] as const) {
          const limit = allowed[name]
          if (limit !== undefined) expect(ledger.remaining?.[name]).toBe(Math.max(0, limit - used(name)))
        }
      }
      for (const call of inside) leave(call, false)
      expect(all.map(({ reserved }) => reserved)).toEqual(all.map(() => undefined))
      for (const name of ['tokens', 'costUsd'] as const) {
        const limit = allowed[name]
        if (limit !== undefined) expect(ledger.remaining?.[name]).toBe(Math.max(0, limit - used(name)))
      }
    }),
    { numRuns: 2_000 },
  )
})
