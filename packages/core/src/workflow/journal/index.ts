export {
  type Beginning,
  bodyOf,
  type Ending,
  endingOf,
  failureBodyOf,
  present,
  type SignalBody,
  type Told,
  type Unfinished,
  valueOf,
} from './bodies.js'
export { writingFailure } from './failures.js'
export { type History, readHistory, readSignals } from './history.js'
export { type JournalSettings, journalSettings } from './journal-settings.js'
export { Lane } from './lane.js'
export { type LateHead, lateBodyOf, type Writing, written } from './late-bodies.js'
export { mostRecords, type Recorded, RunJournal } from './run-journal.js'
export { type Claimant, Runner } from './runner.js'
export {
  cancelSignal,
  innerKey,
  itemKey,
  markKey,
  outermostOf,
  permitKey,
  roundKey,
  signalKey,
  timerKey,
} from './step-keys.js'
