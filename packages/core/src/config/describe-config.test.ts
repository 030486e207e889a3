import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { configFromEnv } from './config.js'
import { configMarkdown } from './config-markdown.js'
import { describeConfig } from './describe-config.js'
import { resolveConfig } from './resolve-config.js'
import type { SettingsSection } from './settings-section.js'

const dispatch = z.object({
  agentTimeoutMs: z
    .number()
    .min(1)
    .default(60_000)
    .meta({ env: 'AGENT_TIMEOUT', unit: 's', description: 'How long | at most.' }),
  tags: z.array(z.string()).default(['a', 'b']),
  hook: z
    .custom<() => void>((value) => typeof value === 'function')
    .optional()
    .describe('Called often.'),
})
const postgres = z.object({ password: z.string().default('postgres'), url: z.url().describe('Where it is.') })
const sections: SettingsSection[] = [
  { name: 'dispatch', schema: dispatch, given: { hook: function often() {} } },
  { name: 'postgres', schema: postgres, owner: 'plugin' },
]

describe('describeConfig', () => {
  it('is a table of what is in force, by section', () => {
    const env = { ORCHESTRATOR_AGENT_TIMEOUT: '500ms', ORCHESTRATOR_POSTGRES_URL: 'postgres://me:pw@host/db' }
    const { rows } = resolveConfig(sections, configFromEnv(), env)
    expect(describeConfig(rows)).toBe(
      `\
variable                        value                   from         unit  allowed                                 meaning

dispatch
ORCHESTRATOR_AGENT_TIMEOUT      0.5                     environment  s     at least 0.001 s                        How long | at most.
ORCHESTRATOR_DISPATCH_TAGS      a,b                     default            a list, separated by commas, each text
settings.dispatch.hook          function often          code               given in code only                      Called often.

postgres (plugin)
ORCHESTRATOR_POSTGRES_PASSWORD  ***                     default            text
ORCHESTRATOR_POSTGRES_URL       postgres://***@host/db  environment        text in the form of uri                 Where it is.
`,
    )
  })
})

describe('configMarkdown', () => {
  it('is a table of what can be set, by section', () => {
    expect(configMarkdown(sections)).toBe(`\
## dispatch

| variable | in code | default | unit | allowed | meaning |
|---|---|---|---|---|---|
| \`ORCHESTRATOR_AGENT_TIMEOUT\` | \`settings.dispatch.agentTimeoutMs\` | \`60\` | s | at least 0.001 s | How long \\| at most. |
| \`ORCHESTRATOR_DISPATCH_TAGS\` | \`settings.dispatch.tags\` | \`a,b\` |  | a list, separated by commas, each text |  |
| (in code only) | \`settings.dispatch.hook\` | not set |  |  | Called often. |

## postgres

| variable | in code | default | unit | allowed | meaning |
|---|---|---|---|---|---|
| \`ORCHESTRATOR_POSTGRES_PASSWORD\` | \`postgres.options.password\` | \`***\` |  | text |  |
| \`ORCHESTRATOR_POSTGRES_URL\` | \`postgres.options.url\` | none: must be given |  | text in the form of uri | Where it is. |
`)
  })
})
