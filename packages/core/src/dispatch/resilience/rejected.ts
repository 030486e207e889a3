const now = Promise.resolve()

/**
 * A promise that rejects in a moment. One that is rejected from the start is reported to Node as rejected and unhandled, and
 * taken back when somebody looks at it: that costs several times what all the rest does.
 */
export function rejected(error: unknown): Promise<never> {
  return new Promise((_, reject) => {
    void now.then(() => reject(error))
  })
}
