// A run that outlives its process: what its steps put out is kept in a SQLite file, `.baton/orchestrator.db`.

import { sqlite } from '@baton/adapters-sqlite'
import { agent, createOrchestrator, operation, orThrow, workflow } from '@baton/core'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'

const Order = z.object({ item: z.string() })
const Receipt = z.object({ item: z.string(), paid: z.string() })

const shop = agent('shop', {
  reserve: operation({
    input: Order,
    output: Order,
    run: (order) => {
      console.log(`reserve  takes ${order.item} off the shelf`)
      return order
    },
  }),
  pay: operation({
    input: Order,
    output: Receipt,
    run: async ({ item }, { idempotencyKey }) => {
      console.log(`pay      asks the bank, with the key ${idempotencyKey('pay').slice(0, 8)}`)
      await setTimeout(200)
      return { item, paid: '80 EUR' }
    },
  }),
  ship: operation({
    input: Receipt,
    output: Receipt,
    run: (receipt) => {
      console.log(`ship     sends ${receipt.item}`)
      return receipt
    },
  }),
})

const order = workflow('order', { input: Order, output: Receipt })
  .step('reserve', shop.reserve)
  .step('pay', shop.pay, { with: ({ steps }) => steps.reserve })
  .step('ship', shop.ship, { with: ({ steps }) => steps.pay })
  .output(['ship'], ({ steps }) => steps.ship)

await using orchestrator = await createOrchestrator({ workflows: [order], plugins: [sqlite()] })

// With an id of its own it is the same run, however often this program is started.
const { item, paid } = orThrow(await orchestrator.run(order, { item: 'an otter' }, { id: 'order-42' }))
console.log(`order-42 has ended: ${item} for ${paid}`)
