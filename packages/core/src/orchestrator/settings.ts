import type { z as zod } from 'zod'
import type { SettingsSection } from '../config/index.js'
import { budgetSettings, dispatchSettings, resilienceSettings } from '../dispatch/index.js'
import { busSettings } from '../intake/bus/index.js'
import { loggingSettings } from '../host/index.js'
import { kernelSettings } from '../kernel/index.js'
import { defaultLimits } from '../ports/index.js'
import { journalSettings, workflowSettings } from '../workflow/index.js'

/** What is taken in of messages that come from outside as text. */
const messageSettings = (z: typeof zod) =>
  z.object({
    maxBytes: z.number().int().min(1).max(1_073_741_824).default(defaultLimits.maxBytes).meta({
      env: 'MAX_MESSAGE_SIZE',
      unit: 'B',
      description: 'How large a message may be.',
    }),
    maxDepth: z.number().int().min(1).max(512).default(defaultLimits.maxDepth).meta({
      env: 'MAX_MESSAGE_DEPTH',
      description: 'How deep its values may be nested.',
    }),
    maxKeys: z.number().int().min(1).max(10_000_000).default(defaultLimits.maxKeys).meta({
      env: 'MAX_MESSAGE_KEYS',
      description: 'How many members its objects may have, all together.',
    }),
  })

/** Where runs are kept. */
const stateSettings = (z: typeof zod) =>
  z.object({
    storage: z.string().optional().meta({
      env: 'STATE_STORAGE',
      description: 'The plugin that keeps state, by its name, or memory. Unless set: the plugin given, else memory.',
    }),
  })

/** The schemas of all rooms' settings, by room. They are made when an orchestrator is: zod is heavy to load. */
export function settingsSchemas(z: typeof zod) {
  return {
    budget: budgetSettings(z),
    bus: busSettings(z),
    dispatch: dispatchSettings(z),
    journal: journalSettings(z),
    kernel: kernelSettings(z),
    logging: loggingSettings(z),
    messages: messageSettings(z),
    resilience: resilienceSettings(z),
    state: stateSettings(z),
    workflow: workflowSettings(z),
  }
}

/** The rooms that have settings. */
export const rooms = [
  'budget',
  'bus',
  'dispatch',
  'journal',
  'kernel',
  'logging',
  'messages',
  'resilience',
  'state',
  'workflow',
] as const satisfies readonly (keyof SettingsSchemas)[]

export type SettingsSchemas = ReturnType<typeof settingsSchemas>

/** Settings in code, by room; whatever is absent comes from the environment, or is the default. */
export type Settings = { readonly [Room in keyof SettingsSchemas]?: Readonly<zod.input<SettingsSchemas[Room]>> }

/** The settings of all rooms, with those that code gives. */
export function settingsSections(schemas: SettingsSchemas, given: Settings = {}): readonly SettingsSection[] {
  return Object.entries(schemas).map(([name, schema]) => ({
    name,
    schema,
    owner: 'room',
    given: given[name as keyof Settings],
  }))
}
