import { describe, expect, inject, test } from 'vitest'
import { mustRun } from './run.ts'

/** The registries that zod keeps so that several copies of it agree. */
const ofZod = ['global __zod_globalConfig', 'global __zod_globalRegistry']

describe.each(Object.entries(inject('toolbox').nodes))('rule 9, under Node %s: nothing changes', (_, node) => {
  for (const { folder, specifiers } of inject('packages')) {
    for (const way of ['import', 'require']) {
      test.each(specifiers)(`${way} %s`, (specifier) => {
        const changed: string[] = JSON.parse(mustRun(node, ['consumers/traces.mjs', way, specifier], folder))
        expect(changed.filter((change) => !ofZod.includes(change))).toEqual([])
      })
    }
  }
})
