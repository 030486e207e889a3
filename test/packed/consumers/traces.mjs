// Loads a module and prints what that has changed in the process: node traces.mjs <import|require> <specifier>

import { createRequire } from 'node:module'
import { setImmediate as turn } from 'node:timers/promises'

const [, , way, specifier] = process.argv

// Looking makes Node fill in globals that it creates when they are first seen: look once before it counts.
await snapshot()
const before = await snapshot()
if (way === 'import') await import(specifier)
else createRequire(import.meta.url)(specifier)
const after = await snapshot()

const changed = Object.keys(before).flatMap((subject) => differences(subject, before[subject], after[subject]))
console.log(JSON.stringify(changed))

async function snapshot() {
  // What loading itself has under way ends within a few turns.
  for (let turns = 0; turns < 5; turns++) await turn()
  return {
    global: members(globalThis),
    Reflect: members(Reflect),
    process: members(process),
    'Error.prototype': members(Error.prototype),
    'Object.prototype': members(Object.prototype),
    'Promise.prototype': members(Promise.prototype),
    listener: new Map(process.eventNames().map((event) => [event, process.listenerCount(event)])),
    handle: tally(process.getActiveResourcesInfo()),
  }
}

function members(subject) {
  return new Map(
    Reflect.ownKeys(subject).map((key) => {
      const { value, get } = Reflect.getOwnPropertyDescriptor(subject, key)
      return [key, get ?? value]
    }),
  )
}

function tally(names) {
  const counts = new Map()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function differences(subject, before, after) {
  const keys = [...new Set([...before.keys(), ...after.keys()])]
  return keys.filter((key) => !Object.is(before.get(key), after.get(key))).map((key) => `${subject} ${String(key)}`)
}
