import { type Body, largestBody, type Move, type NewHead, type NewRecord, plainLength } from '../../ports/index.js'
import { bodyOf } from './bodies.js'

/** A body that is written when it is wanted: where that may never be. */
export type LateBody = () => Body

/** A record, its body perhaps still to be written. */
export interface Writing extends Omit<NewRecord, 'body'> {
  readonly body?: Body | LateBody | undefined
}

/** As `bodyOf`, but written later where that comes to the same; a value that `bodyOf` might refuse is written at once. */
export function lateBodyOf(what: string, value: unknown): Body | LateBody {
  return isSurelyTaken(value) ? () => bodyOf(what, value) : bodyOf(what, value)
}

function isSurelyTaken(value: unknown): boolean {
  try {
    const length = plainLength(value)
    return length !== undefined && length <= largestBody
  } catch {
    return false
  }
}

/** The body, written at the latest now. */
export function written(body: Body | LateBody | undefined): Body | undefined {
  return typeof body === 'function' ? body() : body
}

/** The head and the move of a run, their bodies perhaps still to be written. */
export interface LateHead extends Omit<NewHead, 'input'> {
  readonly input?: Body | LateBody | undefined
}
export interface LateMove extends Omit<Move, 'seen' | 'output'> {
  readonly output?: Body | LateBody | undefined
}

/** The record, its body written at the latest now. */
export function nowWritten(record: Writing): NewRecord {
  return typeof record.body === 'function' ? { ...record, body: record.body() } : (record as NewRecord)
}

/** What is written late takes no room that anybody counts. */
export function sizeOf(body: Body | LateBody | undefined): number {
  return typeof body === 'string' ? body.length : 0
}
