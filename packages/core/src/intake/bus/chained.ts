import type { InputOf, OutputOf } from '../../ports/index.js'
import type { RequestTopic } from './topic.js'

/** The last of some topics. */
export type Last<Topics extends readonly RequestTopic[]> = Topics extends readonly [
  ...RequestTopic[],
  infer One extends RequestTopic,
]
  ? One
  : never

/** The topics, or, where one does not take what the one before it replies, a sentence about it. */
export type Chained<Topics> = Topics extends readonly [
  infer One extends RequestTopic,
  infer Next extends RequestTopic,
  ...infer Rest,
]
  ? OutputOf<One['reply']> extends InputOf<Next['schema']>
    ? readonly [One, ...Extract<Chained<readonly [Next, ...Rest]>, readonly unknown[]>]
    : readonly [One, `'this topic does not take what the one before it replies'`, ...Rest]
  : Topics
