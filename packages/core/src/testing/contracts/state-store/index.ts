import type { StateStore } from '../../../ports/index.js'
import type { Contract } from '../../contract.js'
import { appendCases } from './append.js'
import { claimCases } from './claims.js'
import { namedClaimCases } from './claims-by-name.js'
import { deletingCases } from './deleting.js'
import { fenceCases } from './fence.js'
import { identifierCases } from './identifiers.js'
import { listingCases } from './listing.js'
import { moveCases } from './moves.js'
import { readingCases } from './reading.js'
import { recordCases } from './records.js'
import { refusalCases } from './refusals.js'
import { retiringCases } from './retiring.js'
import { signalCases } from './signals.js'

/** What a StateStore promises: one case for each promise of the port's prose. */
export const stateStoreContract: Contract<StateStore> = {
  port: 'StateStore',
  cases: [
    ...appendCases,
    ...recordCases,
    ...fenceCases,
    ...moveCases,
    ...signalCases,
    ...claimCases,
    ...namedClaimCases,
    ...retiringCases,
    ...readingCases,
    ...listingCases,
    ...deletingCases,
    ...identifierCases,
    ...refusalCases,
  ],
}
