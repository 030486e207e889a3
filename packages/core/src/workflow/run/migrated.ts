import { type RunRecord, errorText } from '../../ports/index.js'
import type { WorkflowDefinition } from '../graph/index.js'
import { type Beginning, bodyOf, type History, outermostOf, valueOf } from '../journal/index.js'
import { runFailure } from './failures.js'
import { Past } from './past.js'

/** By this key a run tells from where on it was recorded by a newer version of its workflow. */
export function migrationKey(version: number): string {
  return `$version${version}`
}

/** What is recorded of a run, as a definition reads it that may be newer than the one it began with. */
export async function migrated(definition: WorkflowDefinition, { head, records }: History): Promise<Past> {
  const { migrate, version, graph, name } = definition
  if (head.version === version || migrate === undefined) return new Past(records)
  const since = records.find(({ key }) => key === migrationKey(version))?.number ?? Number.POSITIVE_INFINITY
  const older = records.filter(({ number }) => number < since)
  const steps: Record<string, unknown> = {}
  for (const { key, kind, body } of older) if (kind === 'result' && outermostOf(key) === key) steps[key] = valueOf(body)
  const { input } = valueOf(head.input) as Beginning
  let outputs: Readonly<Record<string, unknown>>
  try {
    outputs = migrate.steps({ version: head.version, input, steps })
  } catch (error) {
    const details = { workflow: name, step: 'the run', name: 'migrate', because: errorText(error) }
    throw runFailure('workflow.function_failed', details, error)
  }
  const told = Object.entries(outputs).map(([key, output]): RunRecord => {
    if (graph.find(key) === undefined) {
      const because = 'is none of this version, though migrate gives its output'
      throw runFailure('workflow.definition_changed', { workflow: name, step: key, because })
    }
    return {
      key,
      kind: 'result',
      body: bodyOf(`The output of ${key}`, output),
      attempt: 1,
      number: 0,
      at: head.createdAt,
    }
  })
  const newer = records.filter(({ number, kind, key }) => number >= since || kind === 'signal' || key.startsWith('$'))
  return new Past([...told, ...newer])
}
