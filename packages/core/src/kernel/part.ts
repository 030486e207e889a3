import type { Key, KeyedNeed } from './key.js'
import type { Plugin } from './plugin.js'
import type { Lifetime, Source } from './source.js'

/** Something that is ready. */
export interface ValuePart {
  readonly kind: 'value'
  readonly name: string
  readonly provides: readonly [Key]
  readonly value: unknown
}

/** Something that is made: once, for each scope, tenant or use. */
export interface SourcePart {
  readonly kind: 'source'
  readonly name: string
  readonly provides: readonly [Key]
  readonly needs: readonly KeyedNeed[]
  readonly lifetime: Lifetime
  readonly source: Source
}

/** Something that fills ports when it starts. */
export interface PluginPart {
  readonly kind: 'plugin'
  readonly name: string
  /** The ports it is to fill: those that it declared, less those that the host has bound. */
  readonly provides: readonly Key[]
  readonly needs: readonly KeyedNeed[]
  readonly plugin: Plugin
  readonly options: unknown
}

/** Where keys come from. */
export type Part = ValuePart | SourcePart | PluginPart

/** Someone who needs keys and provides none: an operation. */
export interface Consumer {
  readonly name: string
  readonly needs: readonly KeyedNeed[]
}

export function needsOf(part: Part): readonly KeyedNeed[] {
  return part.kind === 'value' ? [] : part.needs
}

/** Whether a part exists once, from the orchestrator's start to its close. */
export function isLongLived(part: Part): boolean {
  return part.kind !== 'source' || part.lifetime === 'singleton'
}
