import type { RunHandle, RunList, RunOptions, Runner, Runs, Workflow } from '../workflow/index.js'
import { orchestratorFailure } from './failures.js'

type Asked = RunOptions & { readonly tenant?: string | undefined }

/** Carries out workflows: for a tenant, where one is given, and then for no other one. */
export function runnerOf(runs: Runs, tenant?: string): Runner {
  const own = <Options extends Asked>(options: Options | undefined): Options => {
    if (tenant === undefined) return (options ?? {}) as Options
    checkOwn(options?.tenant, tenant)
    return { ...options, tenant } as Options
  }
  const run = (workflow: Workflow, input: unknown, options?: Asked) => {
    // One promise fewer where there is nothing to be checked.
    if (tenant === undefined) return runs.run(workflow, input, options)
    return Promise.resolve().then(() => runs.run(workflow, input, own(options)))
  }
  const start = async (workflow: Workflow, input: unknown, options?: Asked) => runs.start(workflow, input, own(options))
  const attach = (workflow: Workflow, id: string, options?: Asked): RunHandle =>
    runs.attach(workflow, id, own(options) as { tenant?: string })
  return { run, start, attach } as unknown as Runner
}

/** The runs of a tenant, and of no other one. */
export function runsOf(runs: Runs, tenant: string): RunList {
  return {
    get: (id) => runs.get(id, { tenant }),
    history: (id) => runs.history(id, { tenant }),
    list: async (filter) => {
      checkOwn(filter?.tenant, tenant)
      return runs.list({ ...filter, tenant })
    },
  }
}

function checkOwn(asked: string | null | undefined, tenant: string): void {
  if (asked === undefined || asked === tenant) return
  throw orchestratorFailure('orchestrator.other_tenant', { tenant, asked: String(asked) })
}
