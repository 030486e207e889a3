import { defineConfig } from 'vitest/config'
import { publishedPackages } from './tools/workspace.mjs'

/** Starts the PostgreSQL that tests ask for. */
const postgres = 'test/services/postgres/setup.ts'

interface Part {
  readonly include: string[]
  readonly exclude?: string[]
  readonly testTimeout?: number
  readonly globalSetup?: string
  readonly maxWorkers?: number
}

/** For what mostly waits, for leases to lapse or for a server: more at once than there are cores. */
const waiting = { maxWorkers: 3 }

/** Where each part of the suite lives: `npx vitest --project unit` runs one of them. */
const parts: Record<string, Part> = {
  unit: { include: ['packages/**/src/**/*.test.ts'], exclude: ['**/*.property.test.ts'] },
  architecture: { include: ['test/architecture/**/*.test.ts'] },
  contracts: { include: ['test/contracts/**/*.test.ts'], globalSetup: postgres, ...waiting },
  properties: { include: ['**/*.property.test.ts', 'test/properties/**/*.test.ts'], testTimeout: 60_000 },
  journeys: { include: ['test/journeys/**/*.test.ts'], testTimeout: 30_000 },
  stores: { include: ['test/stores/**/*.test.ts'], testTimeout: 60_000, globalSetup: postgres },
  services: { include: ['test/services/**/*.test.ts'], testTimeout: 60_000, globalSetup: postgres },
  packed: { include: ['test/packed/**/*.test.ts'], testTimeout: 120_000, globalSetup: 'test/packed/setup.ts' },
  chaos: { include: ['test/chaos/**/*.test.ts'], testTimeout: 60_000, globalSetup: 'test/chaos/setup.ts' },
  docs: { include: ['test/docs/**/*.test.ts'], testTimeout: 120_000 },
}

/** Packages are taken from their sources, so that a test needs no build and a stack trace shows what was written. */
const alias = publishedPackages().flatMap(({ entries }) =>
  entries.map(({ specifier, source }) => ({ find: new RegExp(`^${specifier}$`), replacement: source })),
)

export default defineConfig({
  resolve: { alias },
  test: {
    projects: Object.entries(parts).map(([name, { exclude = [], ...part }]) => ({
      extends: true,
      test: { name, exclude: ['**/node_modules/**', '**/dist/**', ...exclude], hookTimeout: 300_000, ...part },
    })),
  },
})
