import { defineBench } from './harness/bench.ts'
import { onPostgres } from './persisted/on-postgres.ts'

export default defineBench(await onPostgres({ atOnce: 100, wanted: 2.5 }))
