import type { AgentMessage, Logger } from '../ports/index.js'
import { agentOf } from './agent/index.js'

/** A logger whose lines name the call that they belong to. */
export function namedLogger(logger: Logger, message: AgentMessage): Logger {
  const { operation, correlationId, tenant, runId, step } = message
  const own = {
    agent: agentOf(message),
    operation,
    correlationId,
    ...(tenant !== undefined && { tenant }),
    ...(runId !== undefined && { runId }),
    ...(step !== undefined && { step }),
  }
  const named = (fields: object): object => {
    try {
      return { ...own, ...fields }
    } catch {
      // A getter among the fields threw: the line is worth more than they are.
      return own
    }
  }
  return {
    debug: (fields, text) => logger.debug(named(fields), text),
    info: (fields, text) => logger.info(named(fields), text),
    warn: (fields, text) => logger.warn(named(fields), text),
    error: (fields, text) => logger.error(named(fields), text),
  }
}
