import { defineBench } from './harness/bench.ts'
import { onPostgres } from './persisted/on-postgres.ts'

export default defineBench(await onPostgres({ atOnce: 1, wanted: 0.77 }))
