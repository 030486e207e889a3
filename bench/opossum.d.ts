/** What is used here of a library that describes itself nowhere. */
declare module 'opossum' {
  export default class CircuitBreaker<Result> {
    constructor(work: () => Promise<Result>, options: { readonly timeout: number })
    fire(): Promise<Result>
    shutdown(): void
  }
}
