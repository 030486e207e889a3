import fc from 'fast-check'

/** One step of a random workflow, as plain data. What a kind has no use for it does not look at. */
export interface StepSpec {
  readonly name: string
  readonly kind: 'step' | 'compute' | 'map' | 'loop' | 'workflow' | 'plan' | 'sleep' | 'wait'
  /** Names of earlier steps, with a question mark or without; nothing where the rule is left out. */
  readonly after: readonly string[] | undefined
  /** Done unless what it sees is a multiple of this; 0: there is no condition. */
  readonly when: number
  readonly optional: boolean
  readonly hasFallback: boolean
  readonly hasOnFailure: boolean
  readonly atMostOnce: boolean
  /** How many tries; 0: the rule is left out. */
  readonly attempts: number
  /** 0: the rule is left out. */
  readonly timeoutMs: number
  readonly agent: number
  /** Whether a compute step throws. */
  readonly breaks: boolean
  /** How many items a map has, rounds a loop at most, nodes a plan. */
  readonly count: number
  readonly concurrency: number
  readonly settle: boolean
  readonly keyed: boolean
  /** A loop ends once its output is a multiple of this. */
  readonly until: number
  readonly whenMaxed: 'keep' | 'fail'
  readonly nested: FlowSpec | undefined
  /** For each node of a plan: which of those before it, as bits, it waits for. */
  readonly edges: readonly number[]
  /** How long a sleep is, and a wait that nobody ends. */
  readonly ms: number
  /** When what a wait waits for is told, from the beginning of the run; nothing where it never is. */
  readonly toldAt: number | undefined
}

export interface FlowSpec {
  readonly name: string
  readonly steps: readonly StepSpec[]
  /** Names, with a question mark or without; nothing where the output sees every step. */
  readonly output: readonly string[] | undefined
}

export interface CaseSpec {
  readonly flow: FlowSpec
  readonly input: number
  /** What agents do follows from this, the step's key, and the number of the try. */
  readonly seed: number
  /** How often they fail: 0 never, 3 often. */
  readonly trouble: number
  /** When the run is cancelled, from its beginning on. */
  readonly cancelAt: number | undefined
}

/** How long an agent may take where the step does not say. */
export const agentTimeoutMs = 400
/** So many retries a step is given at once; more of them are a share of its calls, and of time. */
const sureRetries = 10
/** Longer waits than the engine's bound do not keep a run in its process. */
const longWaitMs = 7_000

/** What an agent does when it is asked: it fails so many times, then ends so. */
export interface Script {
  readonly ms: number
  readonly failures: number
  readonly ending: 'value' | 'fatal' | 'hangs'
}

/** Equal for equal parts; numbers that look like chance. */
export function hashOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const char of parts.join('|')) hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** A time that no other one is equal to, and that sums keep exactly: whole 2048ths. */
export function oddMs(ms: number, ...parts: readonly (string | number)[]): number {
  return ms + ((hashOf('ms', ...parts) % 1_023) * 2 + 1) / 2_048
}

export function scriptOf({ seed, trouble }: CaseSpec, operation: string, key: string): Script {
  const chance = (what: string) => hashOf(seed, operation, key, what) % 100
  const ms = oddMs(1 + (hashOf(seed, operation, key, 'how long') % 60), seed, operation, key)
  const failures = chance('fails') < trouble * 12 ? 1 + (chance('how often') % 2) : 0
  const fate = chance('fate')
  return { ms, failures, ending: fate < trouble * 4 ? 'fatal' : fate < trouble * 5 ? 'hangs' : 'value' }
}

interface Draft extends Omit<StepSpec, 'name' | 'after' | 'nested' | 'toldAt'> {
  readonly refs: readonly (readonly [back: number, isSoft: boolean])[] | undefined
  readonly inner: FlowDraft | undefined
  readonly told: number
  readonly isLong: boolean
}

interface FlowDraft {
  readonly drafts: readonly Draft[]
  readonly outputs: readonly (readonly [number, boolean])[] | undefined
}

const few = (percent: number) => fc.integer({ min: 0, max: 99 }).map((drawn) => drawn >= 100 - percent)
const sometimes = <Value>(percent: number, one: fc.Arbitrary<Value>, none: Value) =>
  fc.tuple(few(percent), one).map(([is, value]) => (is ? value : none))
const reference = fc.tuple(fc.nat({ max: 20 }), fc.boolean())

function draft(kinds: readonly StepSpec['kind'][], inner: fc.Arbitrary<FlowDraft | undefined>): fc.Arbitrary<Draft> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    refs: fc.option(fc.array(reference, { maxLength: 3 }), { nil: undefined, freq: 4 }),
    when: sometimes(20, fc.integer({ min: 2, max: 4 }), 0),
    optional: few(45),
    hasFallback: few(30),
    hasOnFailure: few(30),
    atMostOnce: few(15),
    attempts: sometimes(50, fc.integer({ min: 1, max: 3 }), 0),
    timeoutMs: sometimes(25, fc.integer({ min: 5, max: 120 }), 0),
    agent: fc.nat({ max: 3 }),
    breaks: few(6),
    count: fc.nat({ max: 4 }),
    concurrency: fc.nat({ max: 3 }),
    settle: fc.boolean(),
    keyed: few(30),
    until: fc.integer({ min: 1, max: 4 }),
    whenMaxed: fc.constantFrom('keep' as const, 'fail' as const),
    inner,
    edges: fc.array(fc.nat({ max: 15 }), { minLength: 4, maxLength: 4 }),
    ms: fc.nat({ max: 150 }),
    told: sometimes(70, fc.nat({ max: 400 }), -1),
    isLong: few(30),
  })
}

const plain = ['step', 'step', 'compute', 'map'] as const
const waiting = [...plain, 'sleep', 'wait'] as const
const all = ['step', 'step', 'step', 'compute', 'map', 'map', 'loop', 'workflow', 'plan', 'sleep', 'wait'] as const

const flowOf = (one: fc.Arbitrary<Draft>, minLength: number, maxLength: number): fc.Arbitrary<FlowDraft> =>
  fc.record({
    drafts: fc.array(one, { minLength, maxLength, size: 'max' }),
    outputs: fc.option(fc.array(reference, { maxLength: 3 }), { nil: undefined, freq: 3 }),
  })

const nothing = fc.constant(undefined)
/** What is repeated does not wait for signals: each is told once. */
const repeated = flowOf(draft(plain, nothing), 1, 3)
const nestedFlow = flowOf(
  fc.oneof(
    { weight: 4, arbitrary: draft(waiting, nothing) },
    { weight: 1, arbitrary: draft(['loop'], fc.option(repeated, { nil: undefined })) },
  ),
  1,
  4,
)
const outermost = flowOf(
  fc.oneof(
    { weight: 4, arbitrary: draft(all, nothing) },
    { weight: 1, arbitrary: draft(['loop'], repeated) },
    { weight: 1, arbitrary: draft(['workflow'], nestedFlow) },
  ),
  // Mostly five and more; that there may be fewer lets fast-check leave out what a failure does not need.
  1,
  15,
)

/** Names are those of places, so that a case stays what it was when fast-check leaves steps out at its end. */
function flowSpec(name: string, { drafts, outputs }: FlowDraft, hasLong: boolean): FlowSpec {
  const ref = (count: number, [back, isSoft]: readonly [number, boolean]) =>
    `s${count - 1 - (back % count)}${isSoft ? '?' : ''}`
  const steps = drafts.map((one, index): StepSpec => {
    const { refs, inner, told, isLong, ...rest } = one
    const path = `${name}-s${index}`
    const nested = inner && flowSpec(path, inner, hasLong)
    const kind = rest.kind === 'workflow' && nested === undefined ? 'step' : rest.kind
    const ms = oddMs(isLong && hasLong ? longWaitMs + rest.ms * 40 : rest.ms + 1, path)
    return {
      ...rest,
      kind,
      nested,
      name: `s${index}`,
      after: refs === undefined ? undefined : index === 0 ? [] : [...new Set(refs.map((each) => ref(index, each)))],
      ms,
      // A 4096th more: no call takes just as long as it may.
      timeoutMs: rest.timeoutMs === 0 ? 0 : oddMs(rest.timeoutMs, path, 'timeout') + 1 / 4_096,
      toldAt: told < 0 ? undefined : oddMs(isLong && hasLong ? told * 30 : told, path, 'told'),
    }
  })
  return { name, steps, output: outputs && [...new Set(outputs.map((each) => ref(steps.length, each)))] }
}

/** The steps that a step waits for, with those of a rule that was left out. */
export function dependenciesOf({ steps }: FlowSpec, step: StepSpec): readonly { name: string; isSoft: boolean }[] {
  const place = steps.indexOf(step)
  return namesOf(step.after ?? (place === 0 ? [] : [steps[place - 1]?.name as string]))
}

/** Names without their marks; whoever names a step both ways needs it. */
export function namesOf(refs: readonly string[]): readonly { name: string; isSoft: boolean }[] {
  const given = new Set(refs)
  return refs.flatMap((one): { name: string; isSoft: boolean }[] => {
    if (!one.endsWith('?')) return [{ name: one, isSoft: false }]
    return given.has(one.slice(0, -1)) ? [] : [{ name: one.slice(0, -1), isSoft: true }]
  })
}

/** Whether no step can come to want more retries than it is sure to be given. */
function isModest(spec: CaseSpec, { steps }: FlowSpec, prefixes: readonly string[]): boolean {
  return steps.every((step) => {
    const keys = prefixes.flatMap((prefix) => partsOf(step, prefix + step.name))
    const inner = keys.map((key) => `${key}/`)
    if (step.nested !== undefined) return isModest(spec, step.nested, inner)
    if (step.attempts < 2 || step.atMostOnce) return true
    const retries = keys.map((key) => Math.min(step.attempts - 1, scriptOf(spec, 'work', key).failures))
    return retries.reduce((sum, one) => sum + one, 0) <= sureRetries
  })
}

/** The keys of what a step asks for, or of the rounds in which it does. */
function partsOf({ kind, count, keyed }: StepSpec, key: string): readonly string[] {
  const each = (most: number, name: (index: number) => string) =>
    Array.from({ length: most }, (_, index) => name(index))
  if (kind === 'map') return each(count, (index) => `${key}[${keyed ? `k${index}` : index}]`)
  if (kind === 'loop') return each(Math.max(1, count), (index) => `${key}#${index + 1}`)
  return kind === 'plan' ? each(count, (index) => `${key}/n${index}`) : [key]
}

/** Random cases; `hasLong`: with waits during which the run is put aside. */
export function randomCase({ hasLong = false, hasCancel = true } = {}): fc.Arbitrary<CaseSpec> {
  return fc
    .record({
      draft: outermost,
      input: fc.nat({ max: 1_000 }),
      seed: fc.nat(),
      trouble: fc.constantFrom(0, 1, 1, 2, 3),
      cancel: hasCancel ? sometimes(20, fc.nat({ max: 400 }), -1) : fc.constant(-1),
    })
    .map(({ draft: drawn, cancel, ...rest }) => {
      const flow = flowSpec('flow', drawn, hasLong)
      const cancelAt = cancel < 0 ? undefined : oddMs(cancel, 'cancel', rest.seed)
      return { ...rest, flow, cancelAt, [fc.toStringMethod]: () => JSON.stringify({ ...rest, cancelAt, flow }, shown) }
    })
    .filter((spec) => isModest(spec, spec.flow, ['']))
}

/** Leaves out of what is printed what is not said: rules that are left out have such values. */
function shown(_name: string, value: unknown): unknown {
  const isStep = typeof value === 'object' && value !== null && 'kind' in value
  if (!isStep) return value
  const isSaid = ([name, one]: [string, unknown]) => one !== false && (one !== 0 || name === 'agent')
  return Object.fromEntries(Object.entries(value).filter(isSaid))
}

/** Every wait that is told of something, with when. */
export function toldWaits({ steps, name }: FlowSpec): readonly { signal: string; at: number }[] {
  return steps.flatMap((step) => {
    if (step.kind === 'workflow' && step.nested !== undefined) return toldWaits(step.nested)
    return step.kind === 'wait' && step.toldAt !== undefined
      ? [{ signal: `${name}-${step.name}`, at: step.toldAt }]
      : []
  })
}
