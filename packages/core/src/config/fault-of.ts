import { masked, shown } from '../ports/index.js'
import { allowedValues } from './allowed-values.js'
import type { Reading, Source } from './reading.js'
import type { SettingFault } from './setting-fault.js'
import { codeName, type SettingsSection } from './settings-section.js'

/** The fault of a setting, named and measured as whoever gave it wrote it. */
export function faultOf(
  section: SettingsSection,
  reading: Reading,
  fromEnvironment: boolean,
  because?: string,
): SettingFault {
  const { setting, source } = reading
  const { variable, kind, measure } = setting
  const named = variable !== undefined && (source === 'environment' || (source === 'default' && fromEnvironment))
  const unit = named ? measure.variableUnit : measure.codeUnit
  const allowed = allowedValues(kind, measure, named ? 'environment' : 'code')
  return {
    name: named ? variable : codeName(section, setting.path),
    received: received(reading, source),
    ...(unit !== undefined && { unit }),
    ...(allowed !== '' && { allowed }),
    ...(because !== undefined && { because }),
  }
}

function received({ setting, given, text }: Reading, source: Source): string {
  if (source === 'default') return setting.default === undefined ? 'not set' : 'left at its default'
  if (setting.secret) return masked
  return shown(source === 'code' ? given : text)
}
