export { InMemoryLockStore } from './in-memory-lock-store.js'
export { InMemoryStateStore } from './in-memory-state-store.js'
