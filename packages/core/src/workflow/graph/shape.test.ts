import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, operation } from '../../dispatch/index.js'
import { isFailure, type StandardSchema } from '../../ports/index.js'
import { workflow } from './builder.js'
import { signal } from './signal.js'
import type { StepRetry } from './step-rules.js'
import { definitionOfWorkflow, type Workflow } from './workflow.js'

const Text = z.object({ text: z.string() })
const Other = z.object({ text: z.string(), more: z.number().optional() })

interface Change {
  readonly name?: string
  readonly input?: StandardSchema
  readonly output?: StandardSchema
  readonly session?: StandardSchema
  readonly agent?: string
  readonly taken?: StandardSchema
  readonly made?: StandardSchema
  readonly step?: string
  readonly after?: string[]
  readonly signal?: string
  readonly payload?: StandardSchema
  readonly settle?: boolean
  readonly inner?: string
  readonly isLoop?: boolean
  readonly rules?: {
    timeoutMs?: number
    retry?: StepRetry
    when?: () => boolean
    optional?: boolean
    concurrency?: number
  }
}

function define(change: Change = {}): Workflow {
  const { rules: { concurrency, ...rules } = {}, session } = change
  const echo = operation({ input: change.taken ?? Text, output: change.made ?? Text, run: (input) => input })
  const { say } = agent(change.agent ?? 'parrot', { say: echo })
  const ends = { input: change.input ?? Text, output: change.output ?? Text, ...(session && { session }) }
  const inner = workflow('inner', ends)
    .step((change.inner ?? 'echo') as 'echo', say, { with: ({ input }) => input, ...rules })
    .output(({ input }) => input)
  const begun = workflow(change.name ?? 'w', ends)
    .step('a', say, { with: ({ input }) => input, ...rules })
    .step((change.step ?? 'b') as 'b', say, { after: (change.after ?? ['a']) as 'a'[], with: ({ input }) => input })
    .map('c', {
      over: () => [1],
      run: say,
      with: () => ({ text: '' }),
      settle: change.settle ?? false,
      ...(concurrency !== undefined && { concurrency }),
    })
    .waitFor('d', signal(change.signal ?? 'told', change.payload ?? Text))
    .sleep('e', { ms: rules.timeoutMs ?? 5 })
  const given = { with: ({ input }: { input: unknown }) => input, until: () => true, max: 2 }
  const whole = change.isLoop ? begun.loop('f', inner, given) : begun.workflow('f', inner, { with: given.with })
  return whole.output(({ input }) => input)
}

const shapeOf = (one: Workflow) => definitionOfWorkflow(one)?.shape

describe('the shape of a workflow', () => {
  it('is a number that JSON and a store keep, and the same for the same definition', () => {
    expect(shapeOf(define())).toSatisfy(Number.isSafeInteger)
    expect(shapeOf(define())).toBe(shapeOf(define()))
  })

  it.each<[string, Change]>([
    ['times', { rules: { timeoutMs: 7 } }],
    ['tries', { rules: { retry: { attempts: 9 } } }],
    ['conditions', { rules: { when: () => false, optional: true } }],
    ['how many at once', { rules: { concurrency: 3 } }],
    ['what an operation takes', { taken: Other }],
  ])('is the same for other %s', (_, change) => {
    expect(shapeOf(define(change))).toBe(shapeOf(define()))
  })

  it('is the same under another version', () => {
    expect(shapeOf(define().version(2))).toBe(shapeOf(define()))
  })

  it('differs with names, order, operations, schemas, kinds, signals and what is nested', () => {
    const changes: Change[] = [
      {},
      { input: Other },
      { output: Other },
      { session: Text },
      { session: Other },
      { agent: 'crow' },
      { made: Other },
      { step: 'bb' },
      { after: [] },
      { after: ['a?'] },
      { signal: 'heard' },
      { payload: Other },
      { settle: true },
      { inner: 'again' },
      { isLoop: true },
    ]
    expect(new Set(changes.map((change) => shapeOf(define(change)))).size).toBe(changes.length)
  })
})

describe('the version of a workflow', () => {
  const one = define()

  it('is 1 unless said otherwise, and saying otherwise changes nothing else', () => {
    const two = one.version(2, { migrate: { from: [1], steps: ({ steps }) => steps } })
    expect([one, two].map((each) => each.describe().version)).toEqual([1, 2])
    expect({ ...two.describe(), version: 1 }).toEqual(one.describe())
    expect(two.name).toBe('w')
    expect(definitionOfWorkflow(two)?.migrate).toMatchObject({ from: [1] })
    expect(definitionOfWorkflow(two)?.graph).toBe(definitionOfWorkflow(one)?.graph)
  })

  it.each([-1, 1.5, Number.NaN, 2 ** 31, '2', undefined])('is never %j', (version) => {
    expect(() => one.version(version as number)).toThrow('Give a whole number from 0.')
  })

  it.each([{}, 5, { from: 1, steps: () => ({}) }, { from: [1] }])('has no migration like %j', (migrate) => {
    expect(() => one.version(2, { migrate: migrate as never })).toThrow('Give { from: [1], steps: (old) => ({ … }) }.')
  })
})

describe('a workflow', () => {
  it('is frozen, and known by its definition', () => {
    expect(Object.isFrozen(define())).toBe(true)
    expect(definitionOfWorkflow({})).toBeUndefined()
    expect(definitionOfWorkflow(null)).toBeUndefined()
  })
})

describe('a signal', () => {
  it('is its name and its schema', () => {
    expect(signal('told', Text)).toEqual({ name: 'told', schema: Text })
  })

  it.each([
    ['', Text, 'is empty'],
    ['$told', Text, 'begins with $'],
    ['told', undefined, 'has no schema'],
    ['told', {}, 'has no schema'],
  ])('is refused as %j of %s', (name, schema, because) => {
    expect(() => signal(name, schema as typeof Text)).toThrow(because)
    expect(() => signal(name, schema as typeof Text)).toThrow(expect.toSatisfy((error) => isFailure(error)))
  })
})
