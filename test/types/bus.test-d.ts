// Checked by tsc alone: never run. Each mistake has to be an error where it stands.

import { createOrchestrator, topic } from '@baton/core'
import { z } from 'zod'
import { type Equal, expectType } from './equal.ts'

const { bus } = await createOrchestrator({})
const Done = topic('task.done', z.object({ id: z.string(), tries: z.number().default(1) }))
const Length = topic('length', z.string(), { reply: z.number() })
const Spell = topic('spell', z.number(), { reply: z.string() })
const Parse = topic('parse', z.string().transform(Number), { reply: z.string().transform((text) => text.length) })

// ---- what is published fits the topic

void bus.publish(Done, { id: 'a' })
void bus.publish(Done, { id: 'a', tries: 2 }, { priority: 'high', expiresInMs: 100 })
// @ts-expect-error: an id is a text
void bus.publish(Done, { id: 5 })
// @ts-expect-error: there is no id
void bus.publish(Done, {})
// @ts-expect-error: there is no such priority
void bus.publish(Done, { id: 'a' }, { priority: 'urgent' })
// @ts-expect-error: a topic is no text
void bus.publish('task.done', { id: 'a' })

// ---- what is handled is what the schema makes

bus.subscribe(Done, (done) => expectType<Equal<typeof done, { id: string; tries: number }>>())
bus.subscribe(Done, () => {}, { filter: ({ tries }) => tries > 1, queue: { whenFull: 'drop-oldest' } })
bus.subscribe('task.*', (anything) => expectType<Equal<typeof anything, unknown>>())
// @ts-expect-error: what comes under a pattern may be anything
bus.subscribe('task.*', ({ id }) => id)
// @ts-expect-error: there is no such member
bus.subscribe(Done, () => {}, { filter: ({ missing }) => missing })
// @ts-expect-error: there is no such way
bus.subscribe(Done, () => {}, { queue: { whenFull: 'explode' } })

// ---- requests, and their replies

const length = await bus.request(Length, 'otters', { timeoutMs: 10 })
expectType<Equal<typeof length, number>>()
const parsed = await bus.broadcast(Parse, '12', { gather: { quorum: 2 } })
expectType<Equal<typeof parsed, readonly number[]>>()
bus.respond(Parse, (value) => {
  expectType<Equal<typeof value, number>>()
  return 'what the schema takes'
})
bus.respond(Length, async (text) => text.length)
// @ts-expect-error: a length is a number
bus.respond(Length, (text) => text)
// @ts-expect-error: a length is a number, later too
bus.respond(Length, async (text) => text)
// @ts-expect-error: a text is asked for
void bus.request(Length, 5)
// @ts-expect-error: nobody replies under this topic
void bus.request(Done, { id: 'a' })
// @ts-expect-error: nobody replies under this topic
bus.respond(Done, () => 1)
// @ts-expect-error: nobody replies under this topic
void bus.broadcast(Done, { id: 'a' })
// @ts-expect-error: there is no such choice
void bus.broadcast(Length, 'otters', { gather: 'some' })

// ---- pipelines

const spelled = await bus.pipeline([Length, Spell, Length, Spell], 'otters')
expectType<Equal<typeof spelled, string>>()
const once = await bus.pipeline([Length], 'otters')
expectType<Equal<typeof once, number>>()
// @ts-expect-error: Length takes no number
void bus.pipeline([Length, Length], 'otters')
// @ts-expect-error: the third one takes no number
void bus.pipeline([Spell, Length, Length], 1)
// @ts-expect-error: the first one takes a text
void bus.pipeline([Length, Spell], 5)
// @ts-expect-error: a pipeline has topics
void bus.pipeline([], 5)
// @ts-expect-error: nobody replies under this topic
void bus.pipeline([Spell, Done], 5)
