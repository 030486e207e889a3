/** Whether two types are one and the same: neither wider, nor narrower, nor `any`. */
export type Equal<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false

/** Compiles only for `true`: `expectType<Equal<typeof value, string>>()`. */
export function expectType<Holds extends true>(): Holds | undefined {
  return undefined
}
