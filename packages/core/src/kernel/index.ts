export { bind } from './bind.js'
export { EventEmitter, type Listener } from './event-emitter.js'
export { kernelFailure } from './failures.js'
export type { Binding } from './collect-parts.js'
export { Kernel } from './kernel.js'
export type { Consumer } from './part.js'
export { keyedNeeds } from './key.js'
export { kernelSettings } from './kernel-settings.js'
export type { PartFault } from './part-fault.js'
export { definePlugin, type Plugin, type PluginStart, type Stop } from './plugin.js'
export type { Scope } from './scope.js'
export {
  type Ending,
  isSource,
  type Maker,
  perTenant,
  type Source,
  scoped,
  singleton,
  transient,
} from './source.js'
export { closeFailed, startCancelled } from './fault-failures.js'
