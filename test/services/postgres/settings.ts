import { existsSync, statfsSync } from 'node:fs'

const neededForSharedMemory = 128 * 1024 ** 2

/**
 * The server options of every test: those of a plain server that writes to the disk what it has promised, reached only
 * by TCP, and speaking the language in which its log is read here.
 */
export function usualSettings(): Record<string, string> {
  return {
    max_connections: '200',
    shared_buffers: '128MB',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    ...(hasSharedMemory() ? {} : { dynamic_shared_memory_type: 'mmap' }),
  }
}

/** Server options as lines of a configuration file, where the last line about an option is the one that counts. */
export function settingsFile(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => {
      if (!/^[a-z_]\w*(\.\w+)*$/i.test(name)) throw new Error(`"${name}" is no name of a server option`)
      return `${name} = '${value.replaceAll("'", "''")}'\n`
    })
    .join('')
}

/** Containers often have little of it, and a server that runs out fails in the middle of a query. */
function hasSharedMemory(): boolean {
  if (process.platform !== 'linux') return true
  if (!existsSync('/dev/shm')) return false
  const { bavail, bsize } = statfsSync('/dev/shm')
  return bavail * bsize >= neededForSharedMemory
}
