// Looks at the plans and times of every query over a million runs, in SQLite and in PostgreSQL:
//
//   npm run test:scale

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './workspace.mjs'

const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const files = ['test/stores/postgres/many-runs', 'test/stores/sqlite/plans']
const env = { ...process.env, BATON_TEST_RUNS: '1000000' }
const args = [vitest, 'run', '--project', 'stores', ...files]
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status ?? 1
