import { describe, expect, it } from 'vitest'
import { drawRunStates, type RunState, RunStateMachine, type RunTrigger, runTransitions } from './run-states.js'

const states = Object.keys(runTransitions) as RunState[]
const triggers = [...new Set(states.flatMap((state) => Object.keys(runTransitions[state])))] as RunTrigger[]
const ended: readonly RunState[] = ['succeeded', 'partial', 'failed', 'cancelled']

describe('every state with every trigger', () => {
  for (const from of states) {
    for (const trigger of triggers) {
      const to = runTransitions[from][trigger]
      it(`${from}, ${trigger}: ${to ?? 'nothing happens'}`, () => {
        const moves: unknown[] = []
        const machine = new RunStateMachine(from, (...move) => moves.push(move))
        expect(machine.move(trigger)).toBe(to !== undefined)
        expect(machine.state).toBe(to ?? from)
        expect(moves).toEqual(to === undefined ? [] : [[from, to, trigger]])
      })
    }
  }
})

it('leaves no state but those in which a run has ended, and reaches all of them', () => {
  expect(states.filter((state) => Object.keys(runTransitions[state]).length === 0)).toEqual(ended)
  const reached = new Set<RunState>(['queued'])
  for (const state of reached) for (const to of Object.values(runTransitions[state])) reached.add(to)
  expect([...reached].toSorted()).toEqual(states.toSorted())
})

it('can end from wherever it is carried out', () => {
  for (const from of states) {
    if (ended.includes(from)) continue
    const reached = new Set<RunState>([from])
    for (const state of reached) for (const to of Object.values(runTransitions[state])) reached.add(to)
    expect([...reached]).toEqual(expect.arrayContaining([...ended]))
  }
})

it('draws every transition, once', () => {
  const lines = drawRunStates().trim().split('\n')
  expect(lines[0]).toBe('stateDiagram-v2')
  const transitions = states.flatMap((state) => Object.keys(runTransitions[state]))
  expect(lines.filter((line) => line.includes(': '))).toHaveLength(transitions.length)
  expect(new Set(lines).size).toBe(lines.length)
})
