import { installedPlaces, namedPlace } from './installed-binaries.ts'
import { packagedPlace } from './packaged-binaries.ts'
import type { PostgresPlace } from './place.ts'

/** The URL of a server in which databases may be created, if one is given. */
export function givenUrl(): string | undefined {
  return process.env['BATON_TEST_POSTGRES_URL'] || undefined
}

/**
 * Every place where a PostgreSQL may be had, the first choice first.
 *
 * What somebody names is the only place: passing over it would test something else than was asked for. Without that come
 * the packaged programs, as they are the same everywhere, and then what this system has.
 */
export function findPostgres({ own = false }: { own?: boolean | undefined } = {}): readonly PostgresPlace[] {
  const given = givenUrl()
  if (given !== undefined && !own) return [{ origin: 'given', where: withoutPassword(given) }]
  const named = process.env['BATON_TEST_POSTGRES_BIN']
  if (named) return [namedPlace(named)]
  return [packagedPlace(), ...installedPlaces()]
}

function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'a text that is no URL'
  const shown = new URL(url)
  if (shown.password !== '') shown.password = '***'
  shown.searchParams.delete('password')
  return shown.href
}
