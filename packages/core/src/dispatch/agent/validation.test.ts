import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  createOrchestrator,
  type Failure,
  isFailure,
  type Operation,
  operation,
  type StandardSchema,
} from '../../index.js'

const Text = z.object({ text: z.string() })

function counter<Input extends StandardSchema, Output extends StandardSchema>(
  input: Input,
  output: Output,
  run: (input: never) => unknown,
) {
  const seen: unknown[] = []
  const count = operation({
    input,
    output,
    run: (given) => {
      seen.push(given)
      return run(given as never) as never
    },
  })
  return { seen, agent: agent('clerk', { count: count as Operation<never, unknown, object> }) }
}

async function ask(clerk: ReturnType<typeof counter>['agent'], input: unknown): Promise<unknown> {
  await using orchestrator = await createOrchestrator({ agents: [clerk] })
  return await orchestrator.ask(clerk.count, input as never)
}

async function failureOf(work: Promise<unknown>): Promise<Failure<{ issues: object[] }>> {
  const caught = await work.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )
  expect(caught).toSatisfy((error) => isFailure(error))
  return caught as Failure<{ issues: object[] }>
}

/** A schema that answers as it is told. */
function schema(validate: StandardSchema['~standard']['validate']): StandardSchema {
  return { '~standard': { version: 1, vendor: 'own', validate } }
}
const anything = schema((value) => ({ value }))

describe('the input of an operation', () => {
  it('reaches the code with defaults filled in and transformations applied', async () => {
    const input = z.object({ limit: z.number().default(100), name: z.string().transform((name) => name.length) })
    const { seen, agent: clerk } = counter(input, z.any(), () => 'done')
    expect(await ask(clerk, { name: 'otter' })).toBe('done')
    expect(seen).toEqual([{ limit: 100, name: 5 }])
  })

  it('is not changed where the caller holds it', async () => {
    const given = Object.freeze({ text: 'hi', extra: 1 })
    const { seen, agent: clerk } = counter(Text.default({ text: '' }), z.any(), (input) => input)
    expect(await ask(clerk, given)).toEqual({ text: 'hi' })
    expect(given).toEqual({ text: 'hi', extra: 1 })
    expect(seen[0]).not.toBe(given)
  })

  it('is passed on as it is where the schema passes it on', async () => {
    const given = { text: 'hi' }
    const { seen, agent: clerk } = counter(anything, anything, (input) => input)
    expect(await ask(clerk, given)).toBe(given)
    expect(seen[0]).toBe(given)
  })

  it('does not reach the code when it is wrong; the failure names agent, operation and path', async () => {
    const { seen, agent: clerk } = counter(z.object({ lines: z.array(Text) }), z.any(), () => 'done')
    const failure = await failureOf(ask(clerk, { lines: [{ text: '' }, { text: 5 }] }))
    expect(seen).toEqual([])
    expect(failure).toMatchObject({
      code: 'agent.invalid_input',
      retryable: false,
      details: { agent: 'clerk', operation: 'count', issues: [{ path: 'lines[1].text' }] },
    })
    expect(failure.message).toMatch(/^The input of clerk\.count does not fit its schema: lines\[1\]\.text: /)
  })

  it.each([undefined, null, 5, 'text', []])(
    'may be anything, and is refused as (root) when it is %j',
    async (given) => {
      const { agent: clerk } = counter(Text, z.any(), () => 'done')
      expect(await failureOf(ask(clerk, given))).toMatchObject({ details: { issues: [{ path: '(root)' }] } })
    },
  )

  it('is told of with ten issues at most', async () => {
    const { agent: clerk } = counter(z.array(z.number()), z.any(), () => 'done')
    const { details, message } = await failureOf(ask(clerk, Array(500).fill('x')))
    expect(details.issues).toHaveLength(10)
    expect(message).toContain('[9]: ')
    expect(message).not.toContain('[10]: ')
  })

  it.each([
    [[{ key: 'a' }, { key: 0 }, 'b'], 'a[0].b'],
    [[Symbol('s')], 'Symbol(s)'],
    [[], '(root)'],
    [undefined, '(root)'],
  ])('has its issues at %o written as a path', async (path, written) => {
    const faulty = schema(() => ({ issues: [{ message: 'no', ...(path && { path }) }] }))
    const { agent: clerk } = counter(faulty, z.any(), () => 'done')
    expect(await failureOf(ask(clerk, {}))).toMatchObject({ details: { issues: [{ path: written, message: 'no' }] } })
  })
})

describe('the output of an operation', () => {
  it('reaches the caller with defaults filled in and what the schema does not know left out', async () => {
    const { agent: clerk } = counter(z.any(), z.object({ rows: z.array(z.number()).default([]) }), () => ({
      secret: 1,
    }))
    expect(await ask(clerk, {})).toEqual({ rows: [] })
  })

  it.each([
    ['returned', () => ({ text: 5 })],
    ['resolved with', async () => ({ text: 5 })],
  ])('is refused when what was %s is wrong; the failure names agent, operation and path', async (_, run) => {
    const { agent: clerk } = counter(z.any(), Text, run)
    expect(await failureOf(ask(clerk, {}))).toMatchObject({
      code: 'agent.invalid_output',
      retryable: false,
      details: { agent: 'clerk', operation: 'count', issues: [{ path: 'text' }] },
      message: expect.stringMatching(/^The output of clerk\.count does not fit its schema: text: /),
    })
  })
})

describe('a schema that needs time', () => {
  const known = z.object({ text: z.string().refine(async (text) => text === 'known', 'unknown text') })

  it('is waited for, before the code and after it', async () => {
    const { seen, agent: clerk } = counter(known, known, (input) => input)
    expect(await ask(clerk, { text: 'known' })).toEqual({ text: 'known' })
    expect(seen).toEqual([{ text: 'known' }])
  })

  it('refuses an input before the code runs', async () => {
    const { seen, agent: clerk } = counter(known, z.any(), () => 'done')
    expect(await failureOf(ask(clerk, { text: 'new' }))).toMatchObject({ code: 'agent.invalid_input' })
    expect(seen).toEqual([])
  })

  it('refuses an output', async () => {
    const { agent: clerk } = counter(z.any(), known, () => ({ text: 'new' }))
    const failure = await failureOf(ask(clerk, {}))
    expect(failure).toMatchObject({
      code: 'agent.invalid_output',
      message: expect.stringContaining('text: unknown text'),
    })
  })

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('odd')
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('odd'))],
  ])('rejects, and does not throw, when the schema %s', async (_, validate) => {
    const { agent: clerk } = counter(schema(validate as never), z.any(), () => 'done')
    await using orchestrator = await createOrchestrator({ agents: [clerk] })
    let work: Promise<unknown> | undefined
    expect(() => {
      work = orchestrator.ask(clerk.count, {} as never)
    }).not.toThrow()
    const failure = await failureOf(work as Promise<unknown>)
    expect(failure).toMatchObject({ code: 'agent.failed', cause: expect.any(RangeError) })
  })
})
