import { errorText } from '@baton/core/ports'
import { migrateDown, migrateUp, migrationStatus, type MigrationTarget } from '../migrations/migrate.js'
import { printMigrations } from '../migrations/print.js'
import { tableNames } from '../table-names.js'
import { type MigrateArguments, readArguments, usage } from './arguments.js'

/** Where a command line finds what it needs, and says what it has to say. */
export interface CommandHost {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly say: (text: string) => void
  readonly complain: (text: string) => void
  /** Connects to the database that the command line names. */
  readonly connect: (
    given: MigrateArguments,
  ) => Promise<{ readonly target: MigrationTarget; readonly close: () => Promise<void> }>
}

/** Carries out a command line; gives the status that the process ends with. */
export async function migrateCommand(words: readonly string[], host: CommandHost): Promise<number> {
  if (words.length === 0 || words.includes('--help') || words.includes('-h')) {
    host.say(usage)
    return words.length === 0 ? 2 : 0
  }
  const given = readArguments(words, host.env)
  if ('mistake' in given) {
    host.complain(`${given.mistake}\n\n${usage}`)
    return 2
  }
  try {
    return await carryOut(given, host)
  } catch (error) {
    host.complain(`${errorText(error)}\n`)
    return 1
  }
}

async function carryOut(given: MigrateArguments, host: CommandHost): Promise<number> {
  const { action, dialect, isSure } = given
  if (action === 'print') {
    host.say(await printMigrations(dialect, tableNames(given)))
    return 0
  }
  if (action === 'down' && !isSure) {
    host.complain('To take a migration back removes its tables with all that is in them. Say --yes if that is meant.\n')
    return 2
  }
  const { target, close } = await host.connect(given)
  try {
    return await act(action, target, host)
  } finally {
    await close()
  }
}

async function act(action: 'status' | 'up' | 'down', target: MigrationTarget, host: CommandHost): Promise<number> {
  if (action === 'status') {
    const { done, pending, unknown } = await migrationStatus(target)
    for (const name of done) host.say(`done     ${name}\n`)
    for (const name of pending) host.say(`pending  ${name}\n`)
    for (const name of unknown) host.say(`unknown  ${name} (of a later version)\n`)
    return unknown.length > 0 ? 1 : 0
  }
  const changed = await (action === 'up' ? migrateUp(target) : migrateDown(target))
  for (const name of changed) host.say(`${action === 'up' ? 'done' : 'taken back'}  ${name}\n`)
  if (changed.length === 0) host.say('There was nothing to do.\n')
  return 0
}
