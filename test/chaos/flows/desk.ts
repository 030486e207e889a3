import { setTimeout as sleep } from 'node:timers/promises'
import { type CallContext, need } from '@baton/core/ports'
import type { KillSwitch } from '../faults/kill-switch.ts'
import type { Effect, Ledger } from '../ledger.ts'

type Call = Pick<CallContext, 'step' | 'attempt' | 'idempotencyKey'>

/** Where steps have their effects done. */
export interface Desk {
  effect(run: string, call: Call, version?: number): Promise<void>
  /** Is at work for so long. */
  hold(ms: number): Promise<void>
}

/** The desk, as operations ask for it. */
export const desk = need<Desk>()

/** A desk that writes into a ledger, and is where a process may be killed. */
export function deskOf(ledger: Ledger, switches?: KillSwitch): Desk {
  return {
    async effect(run, call, version) {
      const step = call.step ?? ''
      switches?.reached({ at: 'effect', when: 'before', step })
      ledger.write(effectOf(run, call, version))
      switches?.reached({ at: 'effect', when: 'after', step })
    },
    hold: (ms) => sleep(ms),
  }
}

/** A desk for thousands of runs: what it writes outlives the process, though not the machine. */
export function quickDeskOf(ledger: Ledger): Desk {
  return {
    effect: async (run, call, version) => ledger.jot(effectOf(run, call, version)),
    hold: async (ms) => (ms > 0 ? sleep(ms) : undefined),
  }
}

function effectOf(run: string, { step = '', attempt, idempotencyKey }: Call, version?: number): Effect {
  return { what: 'effect', run, step, attempt, key: idempotencyKey(step), pid: process.pid, version }
}
