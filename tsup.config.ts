import { join, relative } from 'node:path'
import { defineConfig } from 'tsup'
import { publishedPackages, root } from './tools/workspace.mjs'

/** One build per published package: its entries are the ones that `package.json#exports` names. */
export default defineConfig(
  publishedPackages().map(({ folder, entries }) => ({
    entry: Object.fromEntries(
      entries.map(({ output, source }) => [output, relative(root, source).replaceAll('\\', '/')]),
    ),
    outDir: join(folder, 'dist'),
    tsconfig: join(folder, 'tsconfig.json'),
    format: ['esm', 'cjs'],
    target: 'node22',
    // The entries of a package share their modules: built apart, each would carry copies with a state of their own. In
    // CommonJS it also turns `import('x')` into a require, which hosts such as Jest need.
    splitting: true,
    // Whatever is not ours stays an import, so that a host has one zod and not two.
    skipNodeModulesBundle: true,
    // tsc has just written the declarations here, and it writes them better.
    clean: false,
    dts: false,
  })),
)
