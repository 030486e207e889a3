/** How the history of a run of an older version is read by a newer one. */
export interface Migration {
  /** The versions whose runs it can go on with. */
  readonly from: readonly number[]
  /**
   * Gives the recorded outputs by the names and shapes of the newer version. Steps that it leaves out are done again. It
   * is pure, and may be asked again after a crash, with what the newer version has recorded among the outputs.
   */
  readonly steps: (old: {
    readonly version: number
    readonly input: unknown
    readonly steps: Readonly<Record<string, unknown>>
  }) => Readonly<Record<string, unknown>>
}
