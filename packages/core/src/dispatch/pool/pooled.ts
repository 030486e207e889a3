import type { Operation } from '../../ports/index.js'
import type { MemberOptions, PoolMember } from './member-options.js'

type OperationsOf<Member> = Member extends MemberOptions<infer Ops> ? Ops : Member
type NamesOf<Ops> = Ops extends unknown ? keyof Ops : never
type Named<Ops, Name> = Ops extends unknown ? (Name extends keyof Ops ? Ops[Name] : never) : never
type Intersected<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never
type NeededFor<Op> = Op extends Operation<never, unknown, infer Provided> ? Provided : never

/** One operation that stands for several: what goes in has to suit all, what comes out is of any, and all needs are needed. */
type Merged<Op> = [Op] extends [Operation<infer Input, infer Output>]
  ? Operation<Input, Output, Intersected<NeededFor<Op>>>
  : never

/** The operations of a pool: those of all its members. */
export type Pooled<Members extends readonly PoolMember[]> = {
  readonly [Name in NamesOf<OperationsOf<Members[number]>>]: Merged<Named<OperationsOf<Members[number]>, Name>>
}
