import { type NewRecord, optionFault, type RunRecord, shown } from '../../ports/index.js'
import type { StepDefinition, WorkflowDefinition } from '../graph/index.js'
import {
  type Beginning,
  bodyOf,
  type History,
  outermostOf,
  type SignalBody,
  type Told,
  valueOf,
} from '../journal/index.js'
import { runFailure } from './failures.js'
import { bySignal } from './past.js'
import type { Repeated } from './start-run.js'

/** What is different in a run that repeats a part of another one. */
export interface Edit {
  readonly input?: unknown
  /** Outputs of earlier steps, instead of those that they had. */
  readonly steps?: Readonly<Record<string, unknown>>
}

const anything = { fits: () => true, expected: '' }

/** What a new run begins with that repeats another one from a step on: the records of all that does not come after it. */
export function repeatOf(
  definition: WorkflowDefinition,
  { head, records }: History,
  step: string,
  edit: Edit,
): { readonly input: unknown; readonly repeated: Repeated } {
  const { graph, name } = definition
  const fault = optionFault(edit, { input: anything, steps: anything })
  if (fault !== undefined) throw runFailure('workflow.invalid_option', { ...fault, option: `edit.${fault.option}` })
  if (graph.find(step) === undefined) {
    const expected = `a step of ${name}: ${graph.nodes.map((one) => one.name).join(', ')}`
    throw runFailure('workflow.invalid_option', { option: 'step', received: shown(step), expected })
  }
  const again = graph.descendants(graph.find(step) as number)
  const isAgain = (one: string) => again.has(graph.find(one) ?? -1)
  const edited = edit.steps ?? {}
  for (const one of Object.keys(edited)) {
    if (graph.find(one) !== undefined && !isAgain(one)) continue
    const expected = `outputs of steps that do not come after ${step}`
    throw runFailure('workflow.invalid_option', { option: 'edit', received: `one of ${one}`, expected })
  }
  const byKey = new Map(records.map((record) => [record.key, record]))
  const kept = records
    .filter(({ key, kind }) => kind !== 'signal' && !key.startsWith('$') && !isAgain(outermostOf(key)))
    .filter(({ key }) => !Object.hasOwn(edited, outermostOf(key)) && graph.find(outermostOf(key)) !== undefined)
    .map((record) => withoutSignal(record, byKey))
  const given = Object.entries(edited).map(
    ([key, output]): NewRecord => ({ key, kind: 'result', body: bodyOf(`The output of ${key}`, output), attempt: 1 }),
  )
  for (const { kind, name: one } of graph.nodes as readonly StepDefinition[]) {
    const isParts = kind === 'map' || kind === 'loop' || kind === 'plan'
    if (!isParts || !Object.hasOwn(edited, one)) continue
    const expected = `outputs of steps that are done as a whole: ${one} is a ${kind}`
    throw runFailure('workflow.invalid_option', { option: 'edit', received: `one of ${one}`, expected })
  }
  const { input } = valueOf(head.input) as Beginning
  return {
    input: 'input' in edit ? edit.input : input,
    repeated: { rerunOf: { run: head.id, step }, records: [...kept, ...given], isChecked: !('input' in edit) },
  }
}

/** What a signal brought stays with the run that was sent it: the new one is given the payload itself. */
function withoutSignal(record: RunRecord, byKey: ReadonlyMap<string, RunRecord>): NewRecord {
  const { key, kind, body, agent, attempt, tookMs } = record
  if (agent !== bySignal) return { key, kind, body, agent, attempt, tookMs }
  const { signal } = valueOf(body) as Told
  const { payload } = valueOf(byKey.get(signal)?.body) as SignalBody
  return { key, kind, body: bodyOf('What came with a signal', payload), attempt, tookMs }
}
