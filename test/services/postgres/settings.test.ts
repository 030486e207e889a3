import { expect, test } from 'vitest'
import { settingsFile } from './settings.ts'

test('options are lines of a configuration file, with their quotes doubled', () => {
  expect(settingsFile({ work_mem: '1MB', 'baton.motto': "it's" })).toBe("work_mem = '1MB'\nbaton.motto = 'it''s'\n")
})

test('what is no name of an option does not get into the file', () => {
  expect(() => settingsFile({ "fsync = 'off'\nport": '1' })).toThrow('is no name of a server option')
})
