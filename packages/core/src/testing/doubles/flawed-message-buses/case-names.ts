// The cases of the contract that flawed buses break.

export const topics = 'a message for everyone reaches those subscribed to its operation, by its name or a pattern'
export const addressed = 'a message for an agent or a group reaches those subscribed to that, and nobody else'
export const later = 'a subscription made later does not get it'
export const inOrder = 'messages of one sender, topic and priority come in the order in which they were published'
export const urgent = 'more urgent messages go first'
export const noneForEver = 'none waits for ever, however many are more urgent'
export const takenIn =
  'publish resolves when a message is taken in, not when it is handled; at once where nobody is subscribed'
export const waits = 'publish waits for a subscription that is full'
export const refused = 'publish rejects with bus.full where one refuses it, the others having taken it in'
export const drops = 'a subscription that is full drops the oldest, or the newest, where it says so'
export const expired = 'what has expired when its turn comes is not delivered'
export const disposed =
  'a subscription lasts until it is disposed; what waits for it then is dropped, and disposing twice does nothing'
export const harmless =
  'a handler that throws, rejects or never returns harms neither other subscriptions nor publishers, and is counted'
export const atOnce = 'messages are handled strictly one after the other, or so many at once as the subscription says'
export const filtered = 'a filter lets a message pass, or not; one that throws lets nothing pass'
export const grouped =
  'of the subscriptions of one topic and group, and of those at the address of a group, each message reaches one'
export const signalled = 'a signal that aborts ends a subscription'
export const policies = 'a policy stands around the handler'
export const answered = 'a request is answered by one of those who respond where it goes, in turn'
export const nobody =
  'a request rejects at once with bus.no_responder where nobody responds, or nobody whose filter lets it pass'
export const timedOut = 'a request rejects with bus.timed_out when its time is up'
export const cancelled =
  'a request rejects with bus.cancelled when its signal aborts or has aborted, the reason being the cause'
export const notAnswered = 'a request rejects with bus.expired, or bus.full, where it is not answered for that reason'
export const ownFailure = 'a request rejects with what its responder failed by'
export const notBegun = 'a request that nobody waits for any more is not begun, and its responder is told if it was'
export const askedAll = 'requestAll asks everyone who responds where it goes: one promise each, none where nobody does'
export const closed = 'a bus that closes takes nothing more in: bus.closed'
export const drained = 'close resolves when all that was taken in is handled'
export const inTime = 'close resolves after drainMs whatever is not handled; requests are rejected, and handlers told'
export const closedTwice = 'close called again returns the same promise'
