import { beKilled, type KilledOrder } from './be-killed.ts'
import { beStopped, type StoppedOrder } from './be-stopped.ts'
import { beWorker, type WorkerOrder } from './be-worker.ts'

/** What a child process is told to be, by its one argument. */
export type Order =
  | ({ readonly be: 'killed' } & KilledOrder)
  | ({ readonly be: 'stopped' } & StoppedOrder)
  | ({ readonly be: 'worker' } & WorkerOrder)

const order = JSON.parse(process.argv[2] ?? '') as Order
if (order.be === 'killed') await beKilled(order)
else if (order.be === 'stopped') await beStopped(order)
else await beWorker(order)
