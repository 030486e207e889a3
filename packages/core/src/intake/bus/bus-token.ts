import { token } from '../../ports/index.js'
import type { Bus } from './bus.js'

/** The bus of the orchestrator, for agents and parts that need it: `needs: { bus: need(bus) }`. */
export const bus = token<Bus>('baton.bus')
