import { expect, test } from 'vitest'
import { ManualClock } from '../../testing/doubles/manual-clock.js'
import { InMemoryLockStore } from './in-memory-lock-store.js'

test('lapsed leases are swept out, and no others', async () => {
  const clock = new ManualClock()
  const store = new InMemoryLockStore({ clock })
  const kept = await store.acquire('kept', 'a', 60_000)
  for (let index = 0; index < 5_000; index++) {
    await store.acquire(`brief ${index}`, 'a', 1)
    clock.advance(1)
  }
  expect(await store.read('kept')).toMatchObject({ token: kept?.token })
  expect(await store.acquire('kept', 'b', 1)).toBeUndefined()
})

test('a lease lasts exactly as long as it was given for, whatever the wall clock says', async () => {
  const clock = new ManualClock()
  const store = new InMemoryLockStore({ clock })
  await store.acquire('key', 'a', 100)
  clock.setWall(0)
  clock.advance(99)
  expect(await store.read('key')).toMatchObject({ remainingMs: 1 })
  clock.advance(1)
  expect(await store.read('key')).toBeUndefined()
})
