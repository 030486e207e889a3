import type { StandardSchema } from './standard-schema.js'
import type { Token } from './token.js'

/** Something that an operation, a plugin or a provided part needs; `need<Db>()` makes one. */
export interface Need<out T = unknown> {
  readonly '~need': { readonly token: Token<T> | undefined }
}

/** Something needed by the token of a port, whoever fills it. */
export interface PortNeed<out T = unknown> extends Need<T> {
  readonly '~need': { readonly token: Token<T> }
}

export type Needs = Readonly<Record<string, Need>>

/** The needed things themselves, under the names by which they are needed. */
export type Resolved<N> = { readonly [Name in keyof N]: N[Name] extends Need<infer T> ? T : never }

/** Those of the needed things that the host has to provide by name. */
export type Named<N> = {
  readonly [Name in keyof N as N[Name] extends PortNeed ? never : Name]: N[Name] extends Need<infer T> ? T : never
}

/** Says that something is needed: by the name it stands under in `provide`, or, given a token, whatever fills that port. */
export function need<T>(): Need<T>
export function need<T>(token: Token<T>): PortNeed<T>
export function need<T>(token?: Token<T>): Need<T> {
  return { '~need': { token } }
}

/** What goes in and what comes out of an operation, as schemas. */
export interface Contract<Input = any, Output = any> {
  readonly input: StandardSchema<any, Input>
  readonly output: StandardSchema<any, Output>
}

/** A named piece of work of an agent, typed: what callers pass to `ask`. It is a value, not a function. */
export interface Operation<in Input = never, out Output = unknown, out Provided = unknown> {
  /** The agent it belongs to and its name there; both are empty until `agent` or `adapt` has taken it in. */
  readonly agent: string
  readonly name: string
  readonly description?: string | undefined
  readonly contract: Contract
  readonly needs: Needs
  readonly '~types'?: {
    readonly input: (input: Input) => void
    readonly output: () => Output
    readonly provided: () => Provided
  }
}
