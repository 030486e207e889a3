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
  return {
    debug: (fields, text) => logger.debug({ ...own, ...fields }, text),
    info: (fields, text) => logger.info({ ...own, ...fields }, text),
    warn: (fields, text) => logger.warn({ ...own, ...fields }, text),
    error: (fields, text) => logger.error({ ...own, ...fields }, text),
  }
}
