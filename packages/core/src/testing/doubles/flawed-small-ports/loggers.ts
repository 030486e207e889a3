import type { Logger } from '../../../ports/index.js'
import type { FlawedDouble } from '../flawed-double.js'
import { RecordingLogger } from '../recording-logger.js'

type Write = (fields: object, message: string | undefined) => unknown

function flawed(name: string, breaks: readonly string[], make: (kept: RecordingLogger) => Write): FlawedDouble<Logger> {
  return {
    name,
    breaks,
    open: async () => {
      const write = make(new RecordingLogger()) as Logger['info']
      return { port: { debug: write, info: write, warn: write, error: write }, advance: async () => {} }
    },
  }
}

/** Loggers with one flaw each: the contract has to find every one of them. */
export const flawedLoggers: readonly FlawedDouble<Logger>[] = [
  flawed(
    'fields that are no JSON make it throw',
    ['no method throws, whatever the fields hold'],
    (kept) => (fields) => {
      kept.info(JSON.parse(JSON.stringify(fields)) as object)
    },
  ),
  flawed('it stumbles over some texts', ['any text is a message, and so is none'], (kept) => (fields, message = '') => {
    kept.info(fields, encodeURIComponent(message))
  }),
  flawed('it wants to be waited for', ['no method returns anything to wait for'], (kept) => async (fields, message) => {
    kept.info(fields, message)
  }),
  flawed('it masks secrets where they are', ['the fields are left as they are'], (kept) => (fields, message) => {
    if (Object.getOwnPropertyDescriptor(new Object(fields), 'password')?.writable)
      Reflect.set(fields, 'password', '***')
    kept.info(fields, message)
  }),
  flawed(
    'it writes a line when the next one comes',
    ['the fields are not read after the method has returned'],
    (kept) => {
      let last: object = {}
      return (fields, message) => {
        kept.info(last, message)
        last = fields
      }
    },
  ),
]
