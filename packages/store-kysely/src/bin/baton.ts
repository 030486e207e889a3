#!/usr/bin/env node
import { migrateCommand } from '../cli/migrate-command.js'
import { connectTo } from './connect-to.js'

process.exitCode = await migrateCommand(process.argv.slice(2), {
  env: process.env,
  say: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  connect: connectTo,
})
