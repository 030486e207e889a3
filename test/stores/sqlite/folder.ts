import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder for one file of tests, removed when they are done; and names of files in it that nobody has had. */
export function folderOfFile(): { readonly folder: string; readonly file: () => string } {
  const folder = mkdtempSync(join(tmpdir(), 'baton-sqlite-'))
  let files = 0
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, file: () => join(folder, `runs-${files++}.db`) }
}
