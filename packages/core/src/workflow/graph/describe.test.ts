import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, operation } from '../../dispatch/index.js'
import { workflow } from './builder.js'
import { signal } from './signal.js'

const Text = z.object({ text: z.string() })
const echo = operation({ input: Text, output: Text, run: (input) => input })
const { say, sing } = agent('parrot', { say: echo, sing: echo })
const inner = workflow('inner', { input: Text, output: Text })
  .step('echo', sing)
  .output(['echo'], ({ steps }) => steps.echo)
const full = workflow('full', { input: Text, output: Text, session: Text, description: 'Has a step of each kind.' })
  .step('say', say, { fallback: sing, when: () => true })
  .compute('a-b', { after: [], run: () => ['x'] })
  .map('a_mb', { over: () => ['x'], run: say, with: (text) => ({ text }) })
  .map('some', {
    after: ['say?'],
    over: () => ['x'],
    oneOf: { say, sing },
    pick: (text) => (text === 'x' ? 'say' : 'sing'),
    with: (text) => ({ text }),
  })
  .loop('again', inner, { with: ({ input }) => input, until: () => true, max: 2, optional: true })
  .loop('same', say, { with: ({ input }) => input, until: () => true, max: 2 })
  .workflow('within', inner)
  .plan('planned', { operations: { sing }, nodes: () => [], max: 2 })
  .waitFor('told', signal('it was "told"\nsoon', Text))
  .sleep('pause', { after: ['told', 'a-b'], ms: 5 })

const done = full.output(['pause', 'some?'], ({ input }) => input)

describe('a description', () => {
  const { steps, ...whole } = done.describe()

  it('tells of the whole', () => {
    expect(whole).toMatchObject({ name: 'full', version: 1, description: 'Has a step of each kind.' })
    expect(whole.session).toHaveProperty('jsonSchema.required', ['text'])
    expect(inner.describe()).not.toHaveProperty('session')
    expect(inner.describe()).not.toHaveProperty('description')
  })

  it('tells of each step what it is, waits for and may ask for', () => {
    expect(steps.map(({ name, kind, after, operations }) => [name, kind, after.join(), operations.join()])).toEqual([
      ['say', 'step', '', 'parrot.say,parrot.sing'],
      ['a-b', 'compute', '', ''],
      ['a_mb', 'map', 'a-b', 'parrot.say'],
      ['some', 'map', 'say?', 'parrot.say,parrot.sing'],
      ['again', 'loop', 'some', 'parrot.sing'],
      ['same', 'loop', 'again', 'parrot.say'],
      ['within', 'workflow', 'same', 'parrot.sing'],
      ['planned', 'plan', 'within', 'parrot.sing'],
      ['told', 'wait', 'planned', ''],
      ['pause', 'sleep', 'told,a-b', ''],
    ])
  })

  it('tells which steps may be skipped, and whose failure is borne', () => {
    expect(steps.filter(({ conditional }) => conditional).map(({ name }) => name)).toEqual(['say'])
    expect(steps.filter(({ optional }) => optional).map(({ name }) => name)).toEqual(['again'])
  })

  it('tells of contracts, signals and workflows within', () => {
    const of = (name: string) => steps.find((one) => one.name === name)
    expect(of('say')).toHaveProperty('input.jsonSchema.properties.text.type', 'string')
    expect(of('say')).toHaveProperty('output.jsonSchema.properties.text.type', 'string')
    expect(of('told')).toMatchObject({ signal: 'it was "told"\nsoon' })
    expect(of('within')?.workflow).toEqual(inner.describe())
    expect(of('again')?.workflow).toEqual(inner.describe())
    expect(of('same')).not.toHaveProperty('workflow')
  })

  it('tells what can go on side by side, and the longest way through', () => {
    expect(whole.groups.slice(0, 3)).toEqual([['say', 'a-b'], ['some', 'a_mb'], ['again']])
    expect(whole.criticalPath).toEqual(['say', 'some', 'again', 'same', 'within', 'planned', 'told', 'pause'])
  })

  it('tells of a workflow without steps', () => {
    const empty = workflow('empty', { input: Text, output: Text }).output(({ input }) => input)
    expect(empty.describe()).toMatchObject({ steps: [], groups: [], criticalPath: [] })
  })

  it('can be written as JSON', () => {
    expect(JSON.parse(JSON.stringify(done.describe()))).toEqual(done.describe())
  })
})

describe('toMermaid', () => {
  const lines = done.toMermaid().trimEnd().split('\n')

  it('draws each step by its kind, on a line of its own', () => {
    expect(lines).toContain('  s_say["say<br/>parrot.say<br/>when"]')
    expect(lines).toContain('  s_again[["again<br/>repeats inner<br/>optional"]]')
    expect(lines).toContain('  s_same[["same<br/>repeats parrot.say"]]')
    expect(lines).toContain('  s_some[["some<br/>each"]]')
    expect(lines).toContain('  s_planned{{"planned<br/>plan"}}')
    expect(lines).toContain('  s_told(["told<br/>waits for it was #quot;told#quot; soon"])')
    expect(lines.every((line) => /^(flowchart TD|\s{2}\S.*)$/.test(line))).toBe(true)
  })

  it('draws dotted what a step can do without', () => {
    expect(lines).toContain('  input --> s_say')
    expect(lines).toContain('  s_say -.-> s_some')
    expect(lines).toContain('  s_some --> s_again')
    expect(lines.filter((line) => line.endsWith('output'))).toEqual(['  s_pause --> output', '  s_some -.-> output'])
  })

  it('draws two names that differ by - and _ as two steps', () => {
    expect(lines).toContain('  s_a_mb[/"a-b<br/>compute"/]')
    expect(lines).toContain('  s_a__mb[["a_mb<br/>each: parrot.say"]]')
  })

  it('draws a way to the output from each last step, where the output names none', () => {
    const ends = full
      .output(({ input }) => input)
      .toMermaid()
      .split('\n')
      .filter((line) => line.endsWith('output'))
    expect(ends).toEqual(['  s_a__mb -.-> output', '  s_pause -.-> output'])
  })
})
