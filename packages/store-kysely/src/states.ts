import { type Move, isEnded, type RunStatus, type Write } from '@baton/core/ports'

/** What a head says of the state that its run is in. */
export interface State {
  readonly status: RunStatus
  readonly output: string | null
  readonly failure: string | null
  /** Whether somebody is to take it when it is due. */
  readonly waits: boolean
  readonly wakeInMs: number | null
  readonly hasEnded: boolean
}

/** The state that a move leaves a run in. */
export function stateAfter({
  status,
  output,
  failure,
  wakeInMs,
}: Omit<Move, 'status' | 'seen'> & Pick<State, 'status'>): State {
  const waits = status === 'pending' || status === 'suspended'
  return {
    status,
    output: output ?? null,
    failure: failure ?? null,
    waits,
    wakeInMs: waits ? (wakeInMs ?? null) : null,
    hasEnded: isEnded(status),
  }
}

/** The state that a run begins in: its creator may have moved it on already. */
export function firstState({ head, move }: Write & { readonly kind: 'create' }): State & { readonly token: number } {
  const { status, wakeInMs } = head
  return move === undefined ? { ...stateAfter({ status, wakeInMs }), token: 1 } : { ...stateAfter(move), token: 2 }
}
