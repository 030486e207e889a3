import type { AgentProtocol, CallContext } from '../../../../ports/index.js'
import type { DispatcherUnderTest } from '../../../contracts/dispatcher-contract.js'
import { someTurns } from '../../../contracts/turns.js'
import type { FlawedDouble } from '../../flawed-double.js'
import { AskingDispatcher } from '../plain-context.js'

/** A dispatcher with a flaw in what it does. */
export function flawed(
  name: string,
  breaks: readonly string[],
  flaw: (own: AskingDispatcher) => Partial<AskingDispatcher>,
): FlawedDouble<DispatcherUnderTest> {
  return {
    name,
    breaks,
    open: async () => {
      const own = new AskingDispatcher()
      const dispatcher = Object.assign(own, flaw(own))
      const advance = async (ms: number) => {
        own.clock.advance(ms)
        await someTurns()
      }
      return { port: { dispatcher, join: (agent: AgentProtocol) => own.join(agent) }, advance }
    },
  }
}

/** A dispatcher that hands out contexts with a flaw in them. */
export function altered(
  name: string,
  breaks: readonly string[],
  alter: (call: CallContext, own: AskingDispatcher) => Partial<CallContext>,
): FlawedDouble<DispatcherUnderTest> {
  return flawed(name, breaks, (own) => ({ altered: (call) => alter(call, own) }))
}
