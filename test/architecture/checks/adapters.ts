import { finding, type Finding } from '../finding.ts'
import { adapters } from '../rules.ts'
import type { SourceFile } from '../source-file.ts'

const scope = '@baton/'

/** Rule 6: an adapter knows the core by its ports, and no other adapter. */
export function adapterImports(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const allowed = allowedIn(file)
    const isLibrary = `${scope}${file.package}` === adapters.library
    return file.imports.flatMap(({ specifier, start }) => {
      if (!specifier.startsWith(scope) || allowed.includes(specifier)) return []
      if (specifier.startsWith(adapters.library) && !isLibrary) return []
      const words = specifier.startsWith(adapters.core)
        ? `here an adapter imports ${allowed.join(' and ')} of the core (the plugin file ${adapters.inPlugin.join()} too)`
        : `adapters never import each other; what two of them need belongs in ${adapters.library}`
      return [finding(6, file, file.lineOf({ start }), words)]
    })
  })
}

function allowedIn(file: SourceFile): string[] {
  return [
    ...adapters.everywhere,
    ...(file.isTest ? adapters.inTests : []),
    ...(adapters.pluginFile.test(file.inside) ? adapters.inPlugin : []),
  ]
}
