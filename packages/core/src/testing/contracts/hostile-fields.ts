/** What may be given as the fields of a log line, or told of the work, by what is special about it. */
export function hostileFields(): readonly (readonly [string, object])[] {
  const thrown = new TypeError('a getter that throws')
  const fails = (): never => {
    throw thrown
  }
  const cycle: Record<string, unknown> = { list: [] }
  cycle.self = cycle
  cycle.list = [cycle]
  const failure = new RangeError('a failure')
  failure.cause = failure
  let deep: object = {}
  for (let level = 0; level < 100_000; level++) deep = { deep }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  return [
    ['a getter that throws', Object.defineProperty({ a: 1 }, 'broken', { get: fails, enumerable: true })],
    ['a getter that throws, within', { a: Object.defineProperty({}, 'b', { get: fails, enumerable: true }) }],
    ['a toJSON that throws', { a: { toJSON: fails }, toJSON: fails }],
    ['a cycle', cycle],
    ['a failure that is its own cause', { failure }],
    ['a bigint', { a: 1n }],
    ['symbols', { a: Symbol('a'), [Symbol('b')]: 1 }],
    ['functions', { a: fails }],
    ['undefined and what is no number', { a: undefined, b: Number.NaN, c: Number.NEGATIVE_INFINITY }],
    ['dates', { a: new Date(0), b: new Date(Number.NaN) }],
    ['maps, sets, bytes', { a: new Map([[{}, 1]]), b: new Set([1n]), c: new Uint8Array(8), d: new ArrayBuffer(8) }],
    ['no prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    [
      'names of members that every object has',
      JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":2}') as object,
    ],
    ['a proxy that throws', new Proxy({}, { get: fails, ownKeys: fails, getPrototypeOf: fails, has: fails })],
    ['a proxy that was revoked, within', { a: revoked.proxy }],
    ['a hundred thousand levels', deep],
    ['a list', [1, 2]],
    ['a failure', new RangeError('a failure')],
  ]
}
