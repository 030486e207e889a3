import { codecFailure } from './codec-failure.js'
import { isPlainJson } from './is-plain-json.js'
import { pack } from './pack.js'
import { PackWalk } from './pack-walk.js'
import { unpack } from './unpack.js'
import { UnpackWalk } from './unpack-walk.js'

/**
 * The version of the tags. A value that needs tags stands in an envelope of one member, `{ "~1": … }`, named for it. Any
 * other JSON means itself, in this version and all later ones.
 */
const version = '1'
const envelopeName = /^~(\d{1,9})$/
const longestArray = 2 ** 32 - 1

/** A value as JSON.stringify carries it through: itself if it is plain, else its packed form in an envelope. */
export function toJsonForm(value: unknown, within: readonly string[] = []): unknown {
  if (isSurelyPlain(value)) return value
  const walk = new PackWalk(within)
  try {
    return { [`~${version}`]: pack(value, walk) }
  } catch (caught) {
    throw walk.failureOf(caught)
  }
}

/** The value of which a parsed text is the form. It takes the parsed text apart. */
export function fromJsonForm(form: unknown, longestSparse = longestArray, within: readonly string[] = []): unknown {
  const received = envelopeVersion(form)
  if (received === undefined) return form
  if (received !== version) throw codecFailure('codec.unknown_version', { received, known: version })
  return new UnpackWalk(unpack, longestSparse, within).part(
    `~${version}`,
    (form as Record<string, unknown>)[`~${version}`],
  )
}

function isSurelyPlain(value: unknown): boolean {
  try {
    return isPlainJson(value) && envelopeVersion(value) === undefined
  } catch {
    // A getter that throws: packing meets it again, and knows the path.
    return false
  }
}

function envelopeVersion(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  let name: string | undefined
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    if (name !== undefined) return undefined
    name = key
  }
  return name === undefined ? undefined : envelopeName.exec(name)?.[1]
}
