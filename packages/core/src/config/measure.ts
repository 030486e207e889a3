/** In which unit a setting is written, by the environment and by code. */
export interface Measure {
  /** The unit of a bare number in the variable. */
  readonly variableUnit: string | undefined
  readonly codeUnit: string | undefined
  /** How many units of code one unit of the variable is. */
  readonly factor: number
}

const durations = new Map(Object.entries({ ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }))
const sizes = new Map(Object.entries({ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 1_024, mib: 1_024 ** 2, gib: 1_024 ** 3 }))

/** The measure of a setting, by its name in code and the unit its schema states; undefined when the two disagree. */
export function measureOf(name: string, unit: string | undefined): Measure | undefined {
  const codeUnit = name.endsWith('Ms') ? 'ms' : /bytes$/i.test(name) ? 'B' : unit
  const variableUnit = unit ?? codeUnit
  if (variableUnit === undefined || codeUnit === undefined) return { variableUnit, codeUnit, factor: 1 }
  const factor = variableUnit === codeUnit ? 1 : ratio(variableUnit, codeUnit)
  return factor === undefined ? undefined : { variableUnit, codeUnit, factor }
}

/** An amount in units of code, from one with its own unit (or none) in the variable; undefined when the unit is unknown. */
export function toCode(amount: number, suffix: string, measure: Measure): number | undefined {
  const factor =
    suffix === '' ? measure.factor : measure.codeUnit === undefined ? undefined : ratio(suffix, measure.codeUnit)
  return factor === undefined ? undefined : times(amount, factor)
}

/** An amount of code in the unit that a bare number in the variable has. */
export function toVariable(amount: number, measure: Measure): number {
  return measure.factor === 1 ? amount : Number((amount / measure.factor).toPrecision(15))
}

function ratio(from: string, to: string): number | undefined {
  for (const family of [durations, sizes]) {
    const [numerator, denominator] = [family.get(from.toLowerCase()), family.get(to.toLowerCase())]
    if (numerator !== undefined && denominator !== undefined) return numerator / denominator
  }
  return undefined
}

/** 1.1 s are 1,100 ms, and not 1,100.0000000000002. */
function times(amount: number, factor: number): number {
  return factor === 1 ? amount : Number((amount * factor).toPrecision(15))
}
