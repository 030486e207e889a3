import { defineBench } from './harness/bench.ts'
import { onPostgres } from './persisted/on-postgres.ts'

export default defineBench(await onPostgres({ atOnce: 10, wanted: 1.5 }))
