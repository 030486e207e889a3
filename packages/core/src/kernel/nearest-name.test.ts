import { describe, expect, it } from 'vitest'
import { nearestName } from './nearest-name.js'

describe('nearestName', () => {
  it.each([
    ['Database', 'database'],
    ['databse', 'database'],
    ['databaase', 'database'],
    ['datebase', 'database'],
    ['dataabse', 'database'],
    ['abase', undefined],
    ['pools', 'pool'],
    ['b', 'B'],
    ['c', undefined],
    ['', undefined],
  ])('%j probably meant %j', (name, meant) => {
    expect(nearestName(name, ['cache', 'database', 'B', 'db', 'pool'])).toBe(meant)
  })
})
