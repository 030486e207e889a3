/** Whether a value is an error, also one of another realm (a test runner's, a vm's), where `instanceof` says no. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
  } catch {
    // A revoked proxy answers no question.
    return false
  }
}
