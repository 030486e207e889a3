import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Gives every declaration below a folder a CommonJS twin: `x.d.ts` is copied to `x.d.cts`, and what it imports from its
 * neighbours becomes `./y.cjs`.
 *
 * @param {string} folder
 */
export function writeCommonJsDeclarations(folder) {
  for (const name of globSync('**/*.d.ts', { cwd: folder })) {
    const text = readFileSync(join(folder, name), 'utf8')
    writeFileSync(join(folder, name.replace(/\.d\.ts$/, '.d.cts')), toCommonJs(text))
  }
}

/**
 * Rewrites the relative specifiers of one declaration file: `from './x.js'`, `import './x.js'` and `import('./x.js')`.
 *
 * @param {string} declaration
 * @returns {string}
 */
export function toCommonJs(declaration) {
  return declaration.replace(/(\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"\n]*)\.js\2/g, '$1$2$3.cjs$2')
}
