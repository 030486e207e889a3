/** How urgent a message is; the bus and the pools let the more urgent go first. */
export type Priority = 'low' | 'normal' | 'high' | 'critical'

export const priorities: readonly Priority[] = ['low', 'normal', 'high', 'critical']
