// Measures the bench of one file, in a process of its own, and prints the measurements as JSON.

import { pathToFileURL } from 'node:url'
import type { Bench } from './bench.ts'
import { measure } from './measure.ts'

const [, , file = ''] = process.argv
const { default: bench }: { default: Bench } = await import(pathToFileURL(file).href)
console.log(JSON.stringify(await measure(bench)))
