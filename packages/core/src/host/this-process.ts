import { hostname } from 'node:os'

/** The process as others on its host know it. */
export function thisProcess(): { readonly host: string; readonly pid: number } {
  return { host: hostname(), pid: process.pid }
}
