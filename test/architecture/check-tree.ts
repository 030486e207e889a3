import { adapterImports } from './checks/adapters.ts'
import { ambientUses } from './checks/ambient.ts'
import { cycles } from './checks/cycles.ts'
import { doors } from './checks/doors.ts'
import { failuresOnly } from './checks/failures-only.ts'
import { floorsAndWings } from './checks/floors-and-wings.ts'
import { hiddenLibraries } from './checks/hidden-libraries.ts'
import { sizeAndNames } from './checks/size-and-names.ts'
import { testingApart } from './checks/testing-apart.ts'
import type { Finding } from './finding.ts'
import type { SourceFile } from './source-file.ts'

/** Holds a tree of sources against the plan and returns everything that breaks it. Tests are free to import anything. */
export function checkTree(files: readonly SourceFile[]): Finding[] {
  const shipped = files.filter(({ isTest }) => !isTest)
  const core = shipped.filter((file) => file.package === 'core')
  const others = files.filter((file) => file.package !== 'core')
  return [
    ...floorsAndWings(core),
    ...doors(core),
    ...hiddenLibraries(shipped),
    ...testingApart(core),
    ...adapterImports(others),
    ...cycles(files),
    ...ambientUses(shipped),
    ...sizeAndNames(files),
    ...failuresOnly(shipped),
  ]
}
