import { join, relative } from 'node:path'
import { defineConfig, type Options } from 'tsup'
import { type Entry, type Package, publishedPackages, root } from './tools/workspace.mjs'

const entryOf = (entries: readonly Entry[]) =>
  Object.fromEntries(entries.map(({ output, source }) => [output, relative(root, source).replaceAll('\\', '/')]))

const build = ({ folder }: Package, entries: readonly Entry[], options: Options): Options => ({
  entry: entryOf(entries),
  outDir: join(folder, 'dist'),
  tsconfig: join(folder, 'tsconfig.json'),
  target: 'node22',
  // Whatever is not ours stays an import, so that a host has one zod and not two.
  skipNodeModulesBundle: true,
  // tsc has just written the declarations here, and it writes them better.
  // tsc has just written the declarations there, and it writes them better.
  clean: false,
  // Some modules, such as node:sqlite, have no name without it.
  removeNodeProtocol: false,
  dts: false,
  ...options,
})

/** One build per published package: its entries are the ones that `package.json` names. */
export default defineConfig(
  publishedPackages().flatMap((one) => [
    // The entries of a package share their modules: built apart, each would carry copies with a state of their own. In
    // CommonJS it also turns `import('x')` into a require, which hosts such as Jest need.
    build(one, one.entries, { format: ['esm', 'cjs'], splitting: true }),
    // Programs are started, and not imported.
    ...(one.programs.length === 0 ? [] : [build(one, one.programs, { format: ['esm'], splitting: false })]),
  ]),
)
