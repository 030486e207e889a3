import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SystemClock, SystemRandom } from '@baton/core'
import type { Clock, Logger, Random } from '@baton/core/ports'
import type { MigrateArguments } from '../cli/arguments.js'
import { storeFailure } from '../failures.js'
import type { MigrationTarget } from '../migrations/migrate.js'

interface Parts {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** What an adapter has for the command line. */
interface Adapter {
  connectForMigrations(
    given: Pick<MigrateArguments, 'action' | 'database' | 'schema' | 'prefix'>,
    parts: Parts,
  ): Promise<{ readonly target: MigrationTarget; readonly close: () => Promise<void> }>
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Connects by the adapter that the project has installed in whose folder the command is given. */
export async function connectTo(given: MigrateArguments): ReturnType<Adapter['connectForMigrations']> {
  const adapter = await adapterOf(`@baton/adapters-${given.dialect}`)
  return adapter.connectForMigrations(given, { clock: new SystemClock(), random: new SystemRandom(), logger: silent })
}

async function adapterOf(name: string): Promise<Adapter> {
  try {
    const path = createRequire(join(process.cwd(), 'package.json')).resolve(name)
    return (await import(pathToFileURL(path).href)) as Adapter
  } catch (cause) {
    throw storeFailure('store.no_adapter', { name }, cause)
  }
}
