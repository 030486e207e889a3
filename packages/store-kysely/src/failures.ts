import { declareFailures } from '@baton/core/ports'

interface While {
  /** What was being done: `append`, `claim` … */
  readonly doing: string
}

interface Because extends While {
  readonly because: string
  /** Whether somebody has to see to the store, and not to what was asked; or what was asked cannot be done for now, where something else may. */
  readonly blames?: 'store' | 'write'
}

export const storeFailure = declareFailures({
  'store.unavailable': {
    when: 'The database did not answer, was busy, or gave up on its own account.',
    retryable: true,
    says: ({ doing, because }: Because) => `The database could not ${doing}: ${because}.`,
    remedy: 'It is worth another try; if it lasts, see whether the database is up, reachable and not overloaded.',
  },
  'store.blocked': {
    when: 'A statement waited too long for what others have locked, was in conflict with others, or took too long.',
    retryable: true,
    says: ({ doing, because }: Because) =>
      `The database could not ${doing}, because others are in the way: ${because}.`,
    remedy:
      'It is worth another try; if it lasts, see who holds the lock: on PostgreSQL pg_stat_activity and pg_blocking_pids() tell.',
  },
  'store.closed': {
    when: 'The store was asked after it was closed, or while it closed.',
    retryable: false,
    says: ({ doing, because }: Because) => `The database could not ${doing}, because it is closed: ${because}.`,
    remedy: 'Ask before the orchestrator is closed; a pool or a connection of your own close after it.',
  },
  'store.denied': {
    when: 'The database does not let in, or does not allow what has to be done: a wrong password, a missing right or database.',
    retryable: false,
    says: ({ doing, because }: Because) => `The database does not allow to ${doing}: ${because}.`,
    remedy: 'Check the user, the password, the name of the database, and what the user may do there.',
  },
  'store.cannot_open': {
    when: 'The file of a database cannot be opened or made.',
    retryable: false,
    says: ({ doing, because }: Because) => `It was not possible to ${doing}: ${because}.`,
    remedy: 'Check the path, that its folder can be made, and that this process may write there.',
  },
  'store.no_tables': {
    when: 'Tables or columns are missing.',
    retryable: false,
    says: ({ doing, because }: Because) =>
      `The database cannot ${doing}, because its tables are not there: ${because}.`,
    remedy: 'Run `npx baton migrate up`, or let the plugin migrate; check `schema` and `prefix`.',
  },
  'store.older_schema': {
    when: 'The tables are those of an earlier version, and the plugin was told not to migrate.',
    retryable: false,
    says: ({ missing }: { readonly missing: string; readonly place: string }) =>
      `The tables lack the migrations ${missing}.`,
    remedy: ({ place }: { readonly place: string }) =>
      `Run \`npx baton migrate up${place}\`, or let the plugin migrate.`,
  },
  'store.newer_schema': {
    when: 'The tables were made by a later version than this one.',
    retryable: false,
    says: ({ unknown }: { readonly unknown: string }) =>
      `The tables have migrations that this version does not know: ${unknown}.`,
    remedy: 'Use the version that made them, or a later one; or take them back there with `npx baton migrate down`.',
  },
  'store.migration_failed': {
    when: 'A migration could not be done; what it had begun was taken back.',
    retryable: false,
    says: ({ migration, because }: { readonly migration: string; readonly because: string }) =>
      `The migration ${migration} failed: ${because}.`,
    remedy: 'See the cause; `npx baton migrate print` shows its statements.',
  },
  'store.full': {
    when: 'There is no space left where the database keeps its files.',
    retryable: false,
    says: ({ doing, because }: Because) => `The database could not ${doing}, because its disk is full: ${because}.`,
    remedy: 'Make space. Runs that were under way go on when they are looked for again.',
  },
  'store.read_only': {
    when: 'The database or its file cannot be written to.',
    retryable: false,
    says: ({ doing, because }: Because) => `The database cannot ${doing}, because it is read-only: ${because}.`,
    remedy: 'Give the right to write to the file and its folder, or connect to the primary server.',
  },
  'store.corrupt': {
    when: 'The database says that its files are damaged, or it is none.',
    retryable: false,
    says: ({ doing, because }: Because) => `The database cannot ${doing}: ${because}.`,
    remedy: 'Check the path; where it is the right file, restore it from a backup.',
  },
  'store.corrupt_row': {
    when: 'A row holds what nothing of ours has written.',
    retryable: false,
    says: ({ table, row, because }: { readonly table: string; readonly row: string; readonly because: string }) =>
      `The row ${row} of the ${table} cannot be read: ${because}.`,
    remedy: 'Mend or remove the row; nothing of ours changes it.',
  },
  'store.refused': {
    when: 'The database refused a statement for what was in it.',
    retryable: false,
    says: ({ doing, because }: Because) => `The database refused to ${doing}: ${because}.`,
    remedy: 'See the cause: it is the value that does not fit, not the database.',
  },
  'store.no_adapter': {
    when: 'The command line was given a database whose adapter is not installed.',
    retryable: false,
    says: ({ name }: { readonly name: string }) => `The package ${name} cannot be loaded.`,
    remedy: ({ name }: { readonly name: string }) =>
      `Run \`npm install ${name}\` in the folder of your project, and the command there.`,
  },
  'store.invalid_name': {
    when: 'A schema or a prefix was given that cannot be part of the name of a table.',
    retryable: false,
    says: ({ what, name }: { readonly what: string; readonly name: string }) =>
      `The ${what} '${name}' is no plain name.`,
    remedy: 'Use up to 31 lower-case letters, digits and underscores, the first no digit; and no word of SQL.',
  },
})
