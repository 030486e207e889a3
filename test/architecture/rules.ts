// The plan of the house as data. `docs` and CONTRIBUTING.md explain it; the checks beside this file enforce it.

/** The floors from top to bottom, each with its rooms from left to right: imports run down and to the right. */
export const floors: Readonly<Record<string, readonly string[]>> = {
  intake: ['reactive', 'bus', 'routing'],
  workflow: ['teams', 'run', 'graph', 'journal'],
  dispatch: ['budget', 'pool', 'resilience', 'agent'],
  memory: ['session', 'conversation', 'cache', 'store'],
}

/** What every floor stands on, from top to bottom. */
export const foundation: readonly string[] = ['ports', 'protocol']

/** The side wings: they stand on the foundation and only the composition root knows them. */
export const wings: readonly string[] = ['security', 'observability', 'config', 'kernel', 'host']

/** Libraries with one home each; files elsewhere meet them through what that home exports. */
export const homes: Readonly<Record<string, string>> = {
  tsyringe: 'kernel/container.ts',
  'reflect-metadata': 'kernel/container.ts',
  mitt: 'kernel/event-emitter.ts',
  eventemitter3: 'intake/bus/',
}

/** What the parts of `testing` may import beside each other, named by how their paths begin; the first match counts. */
export const testing: readonly TestingPart[] = [
  { path: 'testing/contracts/', places: ['ports', 'protocol'], modules: ['node:assert', 'node:assert/strict'] },
  {
    path: 'testing/doubles/',
    places: ['ports', 'protocol', 'memory/cache', 'memory/store'],
    modules: ['node:assert', 'node:assert/strict', 'node:async_hooks'],
  },
  {
    path: 'testing/test-orchestrator',
    places: ['ports', 'protocol', 'memory/cache', 'memory/store', 'the composition root'],
  },
  {
    path: 'testing/survive-crashes',
    places: ['ports', 'protocol', 'memory/cache', 'memory/store', 'the composition root'],
  },
  // The door shows the in-memory stores beside the other doubles.
  { path: 'testing/index.ts', places: ['ports', 'protocol', 'memory/cache', 'memory/store'] },
  { path: 'testing/', places: ['ports', 'protocol'] },
]

/** What the files of a package that is not the core may import of ours. */
export const adapters = {
  core: '@baton/core',
  library: '@baton/store-kysely',
  everywhere: ['@baton/core/ports'],
  inTests: ['@baton/core/testing', '@baton/core'],
  inPlugin: ['@baton/core'],
  /** The plugin, and the programs of a package: they start things. */
  pluginFile: /(^|\/)(plugin|bin\/[a-z-]+)\.ts$/,
}

/** Ambient time, chance and surroundings, as they are written; they live below `home`. */
export const ambient = {
  home: 'host/',
  globals: ['setTimeout', 'setInterval', 'setImmediate', 'console'],
  members: [
    'Date.now',
    'performance.now',
    'performance.timeOrigin',
    'process.hrtime',
    'process.env',
    'process.uptime',
    'Math.random',
    'crypto.randomUUID',
    'crypto.getRandomValues',
    'AbortSignal.timeout',
  ],
  imports: {
    'node:crypto': ['randomUUID', 'randomBytes', 'randomInt', 'randomFillSync', 'webcrypto'],
    'node:process': ['env', 'hrtime'],
    'node:timers': 'everything',
    'node:timers/promises': 'everything',
    'node:perf_hooks': 'everything',
    'node:console': 'everything',
  } as Readonly<Record<string, readonly string[] | 'everything'>>,
  exceptions: [
    {
      file: 'testing/virtual-clock.ts',
      uses: ['setImmediate', 'setTimeout', 'performance.now'],
      because: 'it watches the real event loop, to know when nothing but virtual time can go on',
    },
    {
      file: 'bin/baton.ts',
      uses: ['process.env'],
      because: 'a program of its own hands its surroundings in',
    },
  ],
}

/** Limits of size, and names that say nothing. */
export const sizes = { anyFile: 300, frontDoor: 80 }
export const bannedNames: readonly string[] = [
  'utils',
  'util',
  'common',
  'helpers',
  'helper',
  'shared',
  'misc',
  'types',
]

/** One part of `testing`: `places` are rooms of ours, `modules` the only others that it may import, where limited. */
export interface TestingPart {
  path: string
  places: readonly string[]
  modules?: readonly string[]
}
