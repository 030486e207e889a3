import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, operation } from '../../dispatch/index.js'
import { type Failure, isFailure, type StandardSchema } from '../../ports/index.js'
import { workflow } from './builder.js'
import { signal } from './signal.js'
import { definitionOfWorkflow } from './workflow.js'

const Text = z.object({ text: z.string() })
const { say } = agent('parrot', { say: operation({ input: Text, output: Text, run: (input) => input }) })
const approved = signal('approved', Text)
const ends = { input: Text, output: Text }
const nested = workflow('inner', ends).output(({ input }) => input)

type Untyped = Readonly<Record<string, (...given: readonly unknown[]) => Untyped>>

/** Describes a workflow as code without types would. */
const begin = (options: object = ends) => workflow('w', options as typeof ends) as unknown as Untyped
const one = () => 1

function refusalOf(define: () => unknown): Failure {
  try {
    define()
  } catch (error) {
    if (isFailure(error)) return error
    throw error
  }
  throw new Error('Nothing was refused.')
}

const each = { over: () => [], with: one }
const loop = { with: one, until: one, max: 3 }
const plan = { operations: { say }, nodes: () => [], max: 3 }

describe('a step that cannot work', () => {
  it.each<[string, (w: Untyped) => unknown, string, string]>([
    ['no operation', (w) => w.step?.('a'), 'undefined as its operation', 'Give an operation of an agent.'],
    [
      'no agent’s operation',
      (w) => w.step?.('a', { ...say, agent: '' }),
      'as its operation',
      'an operation of an agent',
    ],
    ['rules that are none', (w) => w.step?.('a', say, null), 'null as its options', 'an object of options'],
    ['a rule misspelt', (w) => w.step?.('a', say, { retires: 1 }), '1 as its retires', 'none of that name'],
    ['a rule of another kind', (w) => w.compute?.('a', { run: one, retry: false }), 'its retry', 'only after, when'],
    ['a with that is none', (w) => w.step?.('a', say, { with: 5 }), '5 as its with', 'Give a function.'],
    ['a when that is none', (w) => w.step?.('a', say, { when: true }), 'true as its when', 'Give a function.'],
    ['no flag', (w) => w.step?.('a', say, { optional: 'yes' }), '"yes" as its optional', 'Give true or false.'],
    ['no time', (w) => w.step?.('a', say, { timeoutMs: '5s' }), '"5s" as its timeoutMs', 'a number from 1'],
    [
      'endless time',
      (w) => w.step?.('a', say, { timeoutMs: Infinity }),
      'Infinity as its timeoutMs',
      'a number from 1',
    ],
    [
      'retries without a number',
      (w) => w.step?.('a', say, { retry: {} }),
      'as its retry',
      'Give { attempts }, or false.',
    ],
    [
      'retries that are none',
      (w) => w.step?.('a', say, { retry: 3 }),
      '3 as its retry',
      'Give { attempts }, or false.',
    ],
    ['no tries', (w) => w.step?.('a', say, { retry: { attempts: 0 } }), '0 as its attempts', 'a whole number from 1'],
    [
      'a fallback that is none',
      (w) => w.step?.('a', say, { fallback: one }),
      'as its fallback',
      'an operation of an agent',
    ],
    [
      'retries of what is done once',
      (w) => w.step?.('a', say, { atMostOnce: true, retry: { attempts: 2 } }),
      'retry',
      'none',
    ],
    ['a policy beside retries', (w) => w.step?.('a', say, { policy: {}, retry: false }), 'retry', 'one of them'],
    ['nothing to compute', (w) => w.compute?.('a'), 'undefined as its options', 'an object of options'],
    ['no code to compute', (w) => w.compute?.('a', {}), 'undefined as its run', 'Give a function.'],
    ['no list', (w) => w.map?.('a', { run: say, with: one }), 'undefined as its over', 'Give a function.'],
    ['no operation for items', (w) => w.map?.('a', each), 'undefined as its run', 'operations of agents'],
    ['no input for items', (w) => w.map?.('a', { over: one, run: say }), 'undefined as its with', 'Give a function.'],
    [
      'nothing that picks',
      (w) => w.map?.('a', { ...each, oneOf: { say } }),
      'undefined as its run',
      'Give a function.',
    ],
    [
      'nothing to pick from',
      (w) => w.map?.('a', { ...each, oneOf: null, pick: one }),
      'null as its oneOf',
      'operations',
    ],
    ['an empty choice', (w) => w.map?.('a', { ...each, oneOf: {}, pick: one }), 'as its oneOf', 'operations'],
    [
      'two ways to choose',
      (w) => w.map?.('a', { ...each, run: say, oneOf: { say }, pick: one }),
      'its oneOf',
      'one of them',
    ],
    [
      'a stranger to pick',
      (w) => w.map?.('a', { ...each, oneOf: { say, one }, pick: one }),
      'as its run',
      'operations of agents',
    ],
    ['none at once', (w) => w.map?.('a', { ...each, run: say, concurrency: 0 }), '0 as its concurrency', 'from 1'],
    [
      'a settle that is none',
      (w) => w.map?.('a', { ...each, run: say, settle: 1 }),
      '1 as its settle',
      'true or false',
    ],
    ['nothing to repeat', (w) => w.loop?.('a', undefined, loop), 'undefined as its body', 'an operation or a workflow'],
    ['null to repeat', (w) => w.loop?.('a', null, loop), 'null as its body', 'an operation or a workflow'],
    ['a number to repeat', (w) => w.loop?.('a', 5, loop), '5 as its body', 'an operation or a workflow'],
    ['what looks like a graph', (w) => w.loop?.('a', { graph: {} }, loop), 'as its body', 'an operation or a workflow'],
    ['no end of rounds', (w) => w.loop?.('a', say, { ...loop, max: undefined }), 'undefined as its max', 'one'],
    ['half a round', (w) => w.loop?.('a', say, { ...loop, max: 1.5 }), '1.5 as its max', 'a whole number from 1'],
    [
      'a word for maxed',
      (w) => w.loop?.('a', say, { ...loop, whenMaxed: 'go' }),
      '"go" as its whenMaxed',
      "'keep' or 'fail'",
    ],
    ['no workflow', (w) => w.workflow?.('a'), 'undefined as its workflow', 'what .output(…) returned'],
    ['a workflow begun', (w) => w.workflow?.('a', w), 'undefined as its workflow', 'what .output(…) returned'],
    ['no rules of a plan', (w) => w.plan?.('a'), 'undefined as its options', 'an object of options'],
    [
      'nothing to plan with',
      (w) => w.plan?.('a', { ...plan, operations: null }),
      'null as its operations',
      'an object',
    ],
    [
      'a stranger to plan with',
      (w) => w.plan?.('a', { ...plan, operations: { one } }),
      'its operations',
      'operations of agents',
    ],
    [
      'a plan without an end',
      (w) => w.plan?.('a', { ...plan, max: Infinity }),
      'Infinity as its max',
      'a whole number',
    ],
    ['no signal', (w) => w.waitFor?.('a'), 'undefined as its signal', 'what signal(…) returned'],
    ['a text as signal', (w) => w.waitFor?.('a', 'approved'), 'undefined as its signal', 'what signal(…) returned'],
    ['what looks like a signal', (w) => w.waitFor?.('a', { name: 'x', schema: 'y' }), 'as its signal', 'signal(…)'],
    ['no duration', (w) => w.sleep?.('a', {}), 'undefined as its ms', 'one'],
    ['a duration that is no number', (w) => w.sleep?.('a', { ms: Number.NaN }), 'NaN as its ms', 'a number from 0'],
  ])('is refused for %s, with what to do instead', (_, define, because, remedy) => {
    const { code, message } = refusalOf(() => define(begin()))
    expect(code).toBe('workflow.invalid_definition')
    expect(message).toContain('The step a of the workflow w has ')
    expect(message).toContain(because)
    expect(message).toContain(remedy)
  })

  it.each(['', 'a b', 'a?', '__proto__', 'x'.repeat(65), 'naïve', 5, null, undefined])(
    'is refused for its name %j',
    (name) => {
      const { code, message } = refusalOf(() => begin().step?.(name, say))
      expect(code).toBe('workflow.invalid_definition')
      expect(message).toContain('Give a name of 1 to 64 letters, digits, _ and -.')
    },
  )

  it.each(['constructor', 'toString', 'then', '0', '-', 'x'.repeat(64)])('is not one that is called %s', (name) => {
    const done = begin().step?.(name, say)?.output?.([name], one)
    expect(definitionOfWorkflow(done)?.graph.nodes.map((step) => step.name)).toEqual([name])
  })
})

describe('a workflow that cannot work', () => {
  it.each<[string, () => unknown, string]>([
    ['options', () => begin(null as never), 'null as its options'],
    ['an option misspelt', () => begin({ ...ends, deadline: 5 }), 'perhaps deadlineMs'],
    ['an input', () => begin({ output: Text }), 'The input of the workflow w'.toLowerCase().replace('the', 'The')],
    ['an output that is a schema', () => begin({ ...ends, output: 'text' }), 'which is no schema'],
    ['a session that is a schema', () => begin({ ...ends, session: {} }), 'which is no schema'],
    ['a time', () => begin({ ...ends, deadlineMs: 0 }), '0 as its deadlineMs'],
    ['something to make its output', () => begin().output?.([]), 'is made by nothing'],
    ['a list of what its output waits for', () => begin().output?.('a', one), 'is made by nothing'],
    ['options of its output', () => begin().output?.([], one, null), 'null as its options'],
    ['an option of its output misspelt', () => begin().output?.([], one, { sesion: one }), 'perhaps session'],
    ['code for its session', () => begin().output?.([], one, { session: {} }), 'an object as its session'],
    ['a schema for what it keeps', () => begin().output?.([], one, { session: one }), 'which has no schema'],
    ['own names for its steps', () => begin().step?.('a', say)?.step?.('a', say)?.output?.(one), 'two steps called a'],
  ])('is refused for want of %s', (_, define, because) => {
    const { code, message } = refusalOf(define)
    expect(code).toBe('workflow.invalid_definition')
    expect(message).toContain(because)
  })

  it('is refused without a name', () => {
    expect(refusalOf(() => workflow('', ends)).code).toBe('identifier.invalid')
  })

  it('is refused for a step that it does not have, with the nearest name', () => {
    const w = begin().step?.('alpha', say)
    const step = refusalOf(() => w?.step?.('b', say, { after: ['alhpa'] })?.output?.(one))
    expect(step.code).toBe('workflow.unknown_step')
    expect(step.message).toContain("The step b of the workflow w waits for 'alhpa', which is no step of it.")
    expect(step.message).toContain("Did you mean 'alpha'?")
    const output = refusalOf(() => w?.output?.(['zzzzzzzz?'], one))
    expect(output.message).toContain("The output of the workflow w waits for 'zzzzzzzz', which is no step of it.")
    expect(output.message).toContain('Name a step of this workflow.')
  })

  it('is refused for steps that wait for each other, with their round and those behind it', () => {
    const w = begin()
      .step?.('a', say, { after: ['b'] })
      ?.step?.('b', say, { after: ['a?'] })
      ?.step?.('c', say)
    const { code, message } = refusalOf(() => w?.output?.(one))
    expect(code).toBe('workflow.cycle')
    expect(message).toContain('In w steps wait for each other: a -> b -> a. Behind them c could never begin.')
    expect(message).toContain('to repeat something, use a loop.')
  })
})

describe('a step that is given the run’s own input', () => {
  const define = (input: StandardSchema, wanted: StandardSchema, rules?: object) => {
    const { take } = agent('taker', { take: operation({ input: wanted, output: Text, run: () => ({ text: '' }) }) })
    return begin({ input, output: Text }).step?.('a', take, rules)?.output?.(one)
  }

  it.each([
    [z.object({ n: z.string() }), Text, 'the input has no text'],
    [z.object({ text: z.number() }), Text, 'text is number, and has to be string'],
    [z.string(), Text, 'the input is string, and has to be object'],
    [z.object({ a: Text }), z.object({ a: z.object({ b: z.string() }) }), 'a has no b'],
  ])('is refused where that can never fit', (input, wanted, because) => {
    const { code, message } = refusalOf(() => define(input, wanted))
    expect(code).toBe('workflow.contract_mismatch')
    expect(message).toContain(`The step a of the workflow w is given what cannot fit: ${because}.`)
    expect(message).toContain('Give with: (state) => the input of the step.')
    expect(define(input, wanted, { with: one })).toBeDefined()
  })

  it.each([
    [z.object({ n: z.number() }), z.object({ n: z.int() })],
    [z.object({ n: z.int() }), z.object({ n: z.number() })],
    [z.object({ n: z.string().optional() }), z.object({ n: z.string() })],
    [z.looseObject({}), Text],
    [z.object({}), z.object({ text: z.string().default('') })],
    [z.object({ n: z.string() }), z.object({ n: z.union([z.string(), z.number()]) })],
    [z.any(), Text],
    [z.object({ at: z.string().transform((text) => new Date(text)) }), z.object({ at: z.date() })],
  ])('is let be where it may fit', (input, wanted) => {
    expect(define(input, wanted)).toBeDefined()
  })

  it('is refused too where the step is a workflow', () => {
    const outer = begin({ input: z.object({}), output: Text }).workflow?.('a', nested)
    expect(refusalOf(() => outer?.output?.(one)).code).toBe('workflow.contract_mismatch')
  })
})

describe('what a step waits for', () => {
  const afterOf = (rules?: object) => {
    const done = begin().step?.('a', say)?.step?.('b', say, rules)?.output?.(one)
    return definitionOfWorkflow(done)?.graph.nodes[1]?.after
  }

  it.each([
    [undefined, [{ name: 'a', isSoft: false }]],
    [{ after: [] }, []],
    [{ after: ['a?'] }, [{ name: 'a', isSoft: true }]],
    [{ after: ['a', 'a'] }, [{ name: 'a', isSoft: false }]],
    [{ after: ['a?', 'a'] }, [{ name: 'a', isSoft: false }]],
  ])('by %j is %j', (rules, after) => {
    expect(afterOf(rules)).toEqual(after)
  })
})

describe('a beginning', () => {
  it('goes on in two ways, and neither knows of the other', () => {
    const begun = workflow('w', ends).step('a', say)
    const [left, right] = [begun.step('b', say), begun.waitFor('c', approved).step('b', say)]
    const namesOf = (w: object) => definitionOfWorkflow(w)?.graph.nodes.map(({ name }) => name)
    expect(namesOf(left.output(({ input }) => input))).toEqual(['a', 'b'])
    expect(namesOf(right.output(({ input }) => input))).toEqual(['a', 'c', 'b'])
    expect(namesOf(begun.output(({ input }) => input))).toEqual(['a'])
  })
})
