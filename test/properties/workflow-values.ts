import { hashOf, type StepSpec } from './random-workflow.ts'

// What functions of a random workflow work out, for the workflow and for the reference alike.

/** What is left of an output once times are taken away: a failure is its code. */
export function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return (value as { readonly code?: string }).code ?? String(value)
  if (Array.isArray(value)) return value.map(plain)
  const entries = Object.entries(value).filter(([name, one]) => name !== 'ms' && one !== undefined)
  return Object.fromEntries(entries.map(([name, one]) => [name, plain(one)]))
}

export function digest(value: unknown): number {
  return hashOf(JSON.stringify(plain(value)) ?? 'nothing') % 1_000_003
}

/** What a step sees, as one number. */
export function sight(input: number, steps: Readonly<Record<string, unknown>>): number {
  return digest([
    input,
    Object.keys(steps)
      .sort()
      .map((name) => [name, steps[name]]),
  ])
}

export const answerTo = (operation: string, agent: number, of: number) => ({ v: digest([operation, agent, of]) })
export const mended = (code: string, seen: number) => ({ v: digest(['mended', code, seen]) })
export const itemOf = (seen: number, index: number) => digest([seen, index]) * 8 + index
export const payloadOf = (signal: string) => ({ v: digest(['told', signal]) })

/** The graph that a plan step proposes. */
export function planOf({ count, edges }: StepSpec, seen: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: `n${index}`,
    operation: 'work',
    input: { of: digest([seen, index]) },
    after: Array.from({ length: index }, (_each, other) => `n${other}`).filter(
      (_each, other) => ((edges[index] as number) >> other) & 1,
    ),
  }))
}

/** The output that a flow makes: that of its only step where it names one alone, which is then stored by reference. */
export function madeOf(
  input: number,
  steps: Readonly<Record<string, unknown>>,
  status: Readonly<Record<string, string>>,
) {
  const names = Object.keys(steps)
  const [name = ''] = names
  const only = steps[name] as { readonly v?: unknown } | undefined
  if (names.length === 1 && typeof only?.v === 'number') return only
  return {
    v: digest([
      sight(input, steps),
      Object.keys(status).sort(),
      Object.keys(status)
        .sort()
        .map((one) => status[one]),
    ]),
  }
}
