import { defineBench } from './harness/bench.ts'
import { onPostgres } from './persisted/on-postgres.ts'

export default defineBench(await onPostgres(10, 1.5))
