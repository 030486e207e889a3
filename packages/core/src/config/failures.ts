import { declareFailures } from '../ports/index.js'
import { faultLine, type SettingFault } from './setting-fault.js'

/** The failures of the configuration. */
export const configFailure = declareFailures({
  'config.invalid': {
    when: 'Settings are not what they may be, in the environment or in code. All faults are reported together.',
    retryable: false,
    says: ({ faults }: { faults: readonly SettingFault[] }) =>
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults
        .map((fault) => `  ${faultLine(fault)}`)
        .join('\n')}\n`,
    remedy: 'Mend what is named, or take it out to have the default; docs/configuration.md lists every setting.',
  },
  'config.conflict': {
    when: 'Two settings are read from one environment variable, or two sections have one name.',
    retryable: false,
    says: ({ what, first, second }: { what: string; first: string; second: string }) =>
      `${what} is claimed twice: by ${first} and by ${second}.`,
    remedy: 'Give one of them another name (a setting has `.meta({ env })` for that).',
  },
  'config.unsupported_schema': {
    when: 'The schema of a section does not describe settings.',
    retryable: false,
    says: ({ section, because }: { section: string; because: string }) =>
      `The settings of ${section} cannot be read: ${because}.`,
    remedy: 'State them as one z.object({ … }) of zod 4.2 or later (not zod/mini), without asynchronous parts.',
  },
  'config.unknown_section': {
    when: 'Somebody asked for the settings of a section that was not resolved, or with a schema that is not its own.',
    retryable: false,
    says: ({ section, known }: { section: string; known: readonly string[] }) =>
      `No settings ${section} were resolved with this schema. There are: ${known.join(', ')}.`,
    remedy: 'List that section among those given to resolveConfig.',
  },
  'config.invalid_prefix': {
    when: 'The prefix of environment variables is not one.',
    retryable: false,
    says: ({ received }: { received: string }) => `${received} cannot be the prefix of environment variables.`,
    remedy: 'Give ASCII letters, digits and underscores that start with a letter, such as ORCHESTRATOR_.',
  },
})
