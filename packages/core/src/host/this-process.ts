import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** The process as others know it: under a name that no other start of it, and no other process, ever has. */
export function thisProcess(): { readonly name: string; readonly host: string; readonly pid: number } {
  return { name: randomBytes(16).toString('base64url'), host: hostname(), pid: process.pid }
}
