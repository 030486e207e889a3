import type { Token } from '../ports/index.js'
import type { Binding } from './collect-parts.js'
import type { Source } from './source.js'

/** Fills a port: with a ready part, or with a source that makes it. The host's binding wins over any plugin's. */
export function bind<Port>(token: Token<Port>, part: Port | Source<Port>): Binding {
  return { token, part }
}
