declare const provided: unique symbol

/** The name of a port, typed by what fills it. Equal names are equal tokens, also between two copies of this package. */
export interface Token<out Port> {
  readonly name: string
  readonly key: symbol
  readonly [provided]?: () => Port
}

/** Makes the token of a port. Choose a name that starts with your package: `acme.search-index`. */
export function token<Port>(name: string): Token<Port> {
  return { name, key: Symbol.for(`baton.token:${name}`) }
}
