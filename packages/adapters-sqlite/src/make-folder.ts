import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorText } from '@baton/core/ports'
import { storeFailure } from '@baton/store-kysely'

/** Makes a folder, and those above it that are not there. Node's own way to do so never ends in some folders of the system. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    // Another process may have been quicker.
    if (existsSync(path)) return
    throw storeFailure('store.cannot_open', { doing: `make the folder ${path}`, because: errorText(error) }, error)
  }
}
