export { type Config, configFromEnv } from './config/index.js'
export { adapt, agent, operation } from './dispatch/index.js'
export {
  bind,
  definePlugin,
  type Maker,
  type Plugin,
  type PluginStart,
  perTenant,
  type Source,
  scoped,
  singleton,
  transient,
} from './kernel/index.js'
export { createOrchestrator } from './orchestrator.js'
export type { OrchestratorHealth } from './orchestrator-health.js'
export type { AgentLike, OrchestratorOptions } from './orchestrator-options.js'
export type { Asker, Orchestrator, RequestOptions, Scoped } from './orchestrator-running.js'
export type { Settings } from './orchestrator-settings.js'
export * from './ports/index.js'
