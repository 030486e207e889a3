import { chmodSync, cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { withConnection } from './connection.ts'
import { findPostgres } from './find-postgres.ts'
import { packagedPlace } from './packaged-binaries.ts'
import { startFrom, startPostgres } from './start-postgres.ts'

const server = await startPostgres({ own: true })
afterAll(() => server[Symbol.asyncDispose]())

/** The first column of what a query returns. */
async function ask(url: string, sql: string): Promise<unknown[]> {
  const { rows } = await withConnection({ connectionString: url }, (client) =>
    client.query<unknown[]>({ text: sql, rowMode: 'array' }),
  )
  return rows.map(([first]) => first)
}

/** The shared memory that a process has made: the fifth column tells which. */
function memorySegmentsOf(pid: number): string[] {
  const lines = readFileSync('/proc/sysvipc/shm', 'utf8').trimEnd().split('\n')
  return lines.filter((line) => line.trim().split(/\s+/)[4] === String(pid))
}

describe('a server of our own', () => {
  test('is the one whose process and data it names', async () => {
    expect(await ask(server.url, 'show data_directory')).toEqual([server.dataFolder])
    expect(await ask(server.url, "select split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int")).toEqual([
      server.pid,
    ])
    expect(await ask(server.url, 'show server_version')).toEqual([expect.stringContaining(server.version)])
  })

  test('keeps what it has promised on the disk, and speaks on one address only', async () => {
    expect(
      await ask(
        server.url,
        "select name || '=' || setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'unix_socket_directories', 'max_connections') order by name",
      ),
    ).toEqual([
      'fsync=on',
      'full_page_writes=on',
      'listen_addresses=127.0.0.1',
      'max_connections=200',
      'synchronous_commit=on',
      'unix_socket_directories=',
    ])
  })

  test('lets nobody in without the password', async () => {
    const url = new URL(server.url)
    url.password = 'guessed'
    await expect(ask(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  })

  test('has as many databases as are asked for, and drops one that is in use', async () => {
    await using one = await server.database()
    const other = await server.database()
    await ask(one.url, 'create table here ()')
    expect(await ask(other.url, "select to_regclass('here')")).toEqual([null])

    const client = new Client({ connectionString: other.url })
    client.on('error', () => {})
    await client.connect()
    await other.drop()
    await other.drop()
    await expect(ask(other.url, 'select 1')).rejects.toMatchObject({ code: '3D000' })
    await expect(client.query('select 1')).rejects.toThrow(/terminat|queryable/)
  })
})

describe('what was committed', () => {
  test.each(['fast', 'immediate'] as const)('survives stop("%s"), on the same port', async (mode) => {
    await using database = await server.database()
    const { port } = server
    await ask(database.url, 'create table kept as select 7 as number')
    await server.stop(mode)
    await server.stop(mode)
    await expect(ask(database.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await server.start()
    await expect(server.start()).rejects.toThrow('is running already')
    expect(server.port).toBe(port)
    expect(await ask(database.url, 'select number from kept')).toEqual([7])
  })

  test.skipIf(process.platform === 'win32')('survives SIGKILL of the server', async () => {
    await using database = await server.database()
    const { pid } = server
    await ask(database.url, 'create table kept as select 7 as number')
    process.kill(pid, 'SIGKILL')
    await server.start()
    expect(server.pid).not.toBe(pid)
    expect(await ask(database.url, 'select number from kept')).toEqual([7])
  })
})

describe('another server', () => {
  test('has the options that are given, next to the usual ones; disposed of, it leaves no process and no file', async () => {
    const other = await startPostgres({ own: true, settings: { max_connections: '20', 'baton.motto': "it's" } })
    expect(other.port).not.toBe(server.port)
    expect(await ask(other.url, 'show max_connections')).toEqual(['20'])
    expect(await ask(other.url, "select current_setting('baton.motto')")).toEqual(["it's"])
    await other[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    expect(() => process.kill(other.pid, 0)).toThrow('ESRCH')
    expect(existsSync(dirname(other.dataFolder))).toBe(false)
    await expect(other.start()).rejects.toThrow('it has ended')
  })

  test.runIf(process.platform === 'linux')('leaves no shared memory, not even when it was killed', async () => {
    const other = await startPostgres({ own: true })
    const [file] = /\/dev\/shm\/\S+/.exec(readFileSync(`/proc/${other.pid}/maps`, 'utf8')) ?? ['/dev/shm/none']
    expect(memorySegmentsOf(other.pid)).toHaveLength(1)
    process.kill(other.pid, 'SIGKILL')
    await other.start()
    const { pid } = other
    process.kill(pid, 'SIGKILL')
    await other[Symbol.asyncDispose]()
    expect(memorySegmentsOf(pid)).toEqual([])
    expect(existsSync(file)).toBe(false)
    expect(existsSync(dirname(other.dataFolder))).toBe(false)
  })

  test.runIf(process.platform === 'linux')('ends though its guardian was killed', async () => {
    const other = await startPostgres({ own: true })
    const guardian = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${other.pid}/status`, 'utf8'))?.[1])
    process.kill(guardian, 'SIGKILL')
    await other[Symbol.asyncDispose]()
    expect(() => process.kill(other.pid, 0)).toThrow('ESRCH')
    expect(existsSync(dirname(other.dataFolder))).toBe(false)
  })

  test('does not start with an option that the server does not know, and says what that said', async () => {
    await expect(startFrom([ownPlace()], { no_such_option: '1' })).rejects.toThrow(
      /the end of its log:\n.*no_such_option/,
    )
  })
})

test.runIf(packagedPlace().lacks === undefined)(
  'packaged programs that cannot be run where they are run as a copy',
  async () => {
    // As root, because it is closed to the server's account; as anybody else, because its links cannot be made.
    const closed = mkdtempSync(join(tmpdir(), 'baton-closed-'))
    onTestFinished(() => {
      chmodSync(join(closed, 'lib'), 0o755)
      rmSync(closed, { recursive: true })
    })
    cpSync(packagedPlace().where, closed, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() })
    chmodSync(join(closed, 'lib'), 0o555)
    await using other = await startFrom([{ origin: 'packaged', where: closed }])
    expect(await ask(other.url, 'select 1')).toEqual([1])
  },
)

describe('a place that fails', () => {
  test('is passed over, which is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-broken-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const broken = { origin: 'installed', where: folder } as const
    const old = { origin: 'installed', where: '/old', lacks: 'it is PostgreSQL 9.6' } as const
    await using other = await startFrom([old, broken, ownPlace()])
    expect(other.passedOver).toEqual([
      'installed: /old: it is PostgreSQL 9.6',
      expect.stringMatching(/^installed: .*baton-broken-.*: initdb failed: /),
    ])
    expect(await ask(other.url, 'select 1')).toEqual([1])
  })

  test('is named in the error when there is no other, beside what helps', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-empty-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    vi.stubEnv('BATON_TEST_POSTGRES_BIN', folder)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(findPostgres({ own: true })).toEqual([
      { origin: 'installed', where: folder, lacks: 'there is no postgres in it' },
    ])
    await expect(startPostgres({ own: true })).rejects.toThrow(
      `No PostgreSQL for the tests. Tried, in this order:\n  installed: ${folder}: there is no postgres in it\nDo one of these`,
    )
    await expect(startPostgres({ own: true })).rejects.toThrow('apt-get install postgresql')
  })
})

/** A place that works. */
function ownPlace() {
  const found = findPostgres({ own: true }).find(({ lacks }) => lacks === undefined)
  if (found === undefined) throw new Error('the server of this file comes from somewhere')
  return found
}
