import { type Clock, isEnded, shown } from '../../ports/index.js'
import type { Workflow } from '../graph/index.js'
import { definitionOfWorkflow } from '../graph/index.js'
import type { History } from '../journal/index.js'
import { runFailure } from './failures.js'
import { fits } from './registry.js'
import { beginStep } from './steps/begin-step.js'
import { StoredRuns } from './stored-run.js'

/**
 * Proves that a workflow can read what was recorded of runs, by its own version or by those that it migrates: every step that
 * is recorded still has its place, and what an ended run came to it comes to again. Rejects with the first that does not fit.
 * `orchestrator.runs.history(id)` gives a history; as JSON it can be kept beside the code.
 */
export async function assertReplays(workflow: Workflow<never>, histories: readonly History[]): Promise<void> {
  const definition = definitionOfWorkflow(workflow)
  if (definition === undefined) throw runFailure('workflow.unknown', { workflow: 'what is no workflow', known: [] })
  for (const history of listOf(histories)) {
    const { head } = history
    const changed = (step: string, because: string) =>
      runFailure('workflow.definition_changed', {
        workflow: definition.name,
        step,
        because: `${because} (run ${head.id})`,
      })
    if (!fits(definition, head)) {
      const [workflowOf, actual] = [
        `${definition.name} (version ${definition.version})`,
        `${head.workflow} (version ${head.version})`,
      ]
      throw runFailure('workflow.wrong_workflow', { run: head.id, workflow: workflowOf, actual })
    }
    const stored = new StoredRuns(stopped(head.createdAt), beginStep, Number.POSITIVE_INFINITY)
    const replay = await stored.replay(definition, history)
    const { unread } = replay.past
    if (unread !== undefined) throw changed(unread, 'is recorded, and would not be done where it was')
    const hasOutput = head.status === 'succeeded' || head.status === 'partial'
    if (hasOutput && replay.openStep !== undefined) throw changed(replay.openStep, 'is not recorded, and would be done')
    if (isEnded(head.status)) await stored.result(definition, history)
  }
}

function listOf(histories: unknown): readonly History[] {
  const list: readonly unknown[] = Array.isArray(histories) ? histories : [undefined]
  const odd = list.find((one) => (one as Partial<History> | undefined)?.head === undefined)
  if (list.includes(odd)) {
    const expected = 'a list of what orchestrator.runs.history(id) gave'
    throw runFailure('workflow.invalid_option', { option: 'histories', received: shown(histories), expected })
  }
  return list as readonly History[]
}

/** A clock that stands still: nothing of what is recorded depends on the time. */
function stopped(at: number): Clock {
  return { now: () => at, monotonic: () => 0, schedule: () => ({ cancel() {} }) }
}
