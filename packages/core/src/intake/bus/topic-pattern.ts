import { identifier, shown } from '../../ports/index.js'
import { busFailure } from './failures.js'

/** Whether topics are meant by one text for many. */
export function isPattern(topic: string): boolean {
  return topic.includes('*')
}

/** A topic or pattern of topics, or the failure that says why it is none. A topic without stars may be any identifier. */
export function checkedTopic(topic: unknown): string {
  const text = identifier(topic, 'topic')
  if (!isPattern(text)) return text
  const levels = text.split('.')
  const isWrong = (level: string, index: number) => {
    if (level === '**') return index !== levels.length - 1
    return level === '' || (level !== '*' && level.includes('*'))
  }
  if (!levels.some(isWrong)) return text
  const expected = "levels parted by dots, with '*' for one whole level, and '**' at the end for all that follow"
  throw busFailure('bus.invalid_option', { what: 'A subscription', option: 'topic', received: shown(topic), expected })
}

/** Tells for a pattern which topics it means. */
export function matcherOf(pattern: string): (topic: string) => boolean {
  const levels = pattern.split('.')
  const isOpen = levels.at(-1) === '**'
  const fixed = isOpen ? levels.slice(0, -1) : levels
  return (topic) => {
    const given = topic.split('.')
    if (isOpen ? given.length <= fixed.length : given.length !== fixed.length) return false
    return fixed.every((level, index) => level === '*' || level === given[index])
  }
}
