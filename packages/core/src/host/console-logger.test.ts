import { describe, expect, it } from 'vitest'
import { declareFailures } from '../ports/index.js'
import { type ConsoleLoggerOptions, consoleLogger } from './console-logger.js'

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

function logging(options: Partial<ConsoleLoggerOptions> = {}) {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  return { lines, log: consoleLogger({ level: 'debug', structured: false, write, now: () => at, ...options }) }
}

describe('levels', () => {
  const written = {
    debug: ['debug', 'info', 'warn', 'error'],
    info: ['info', 'warn', 'error'],
    warn: ['warn', 'error'],
    error: ['error'],
    silent: [],
  }
  for (const [level, expected] of Object.entries(written)) {
    it(`${level} lets through ${expected.join(', ') || 'nothing'}`, () => {
      const { lines, log } = logging({ level: level as ConsoleLoggerOptions['level'], structured: true })
      for (const method of ['debug', 'info', 'warn', 'error'] as const) log[method]({})
      expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(expected)
    })
  }

  it('does not look at the fields of a line that is not written', () => {
    const { log } = logging({ level: 'warn' })
    let reads = 0
    log.info({
      get costly() {
        return ++reads
      },
    })
    expect(reads).toBe(0)
  })
})

describe('structured lines', () => {
  it('are one JSON object each, on one line', () => {
    const { lines, log } = logging({ structured: true })
    log.info({ agent: 'a', ms: 5, list: [1n, undefined, new Date(0)] }, 'Two\nlines, "quoted"')
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('\n')
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2026-01-02T03:04:05.006Z',
      level: 'info',
      message: 'Two\nlines, "quoted"',
      agent: 'a',
      ms: 5,
      list: ['1n', null, '1970-01-01T00:00:00.000Z'],
    })
  })

  it('have no message where none was given', () => {
    const { lines, log } = logging({ structured: true })
    log.warn({ a: 1 })
    expect(Object.keys(JSON.parse(lines[0] ?? '') as object)).toEqual(['time', 'level', 'a'])
  })

  it('parse whatever the fields hold', () => {
    const { lines, log } = logging({ structured: true })
    const cycle: Record<string, unknown> = { number: Number.NaN, symbol: Symbol('a'), map: new Map([['a', 1]]) }
    cycle['self'] = cycle
    log.error({ cycle, failure: new RangeError('too far') }, 'half a pair \ud800')
    const { cycle: written, failure } = JSON.parse(lines[0] ?? '') as Record<string, object>
    expect(written).toEqual({ number: null, map: { a: 1 }, self: '[circular]' })
    expect(failure).toMatchObject({ name: 'RangeError', message: 'too far' })
  })
})

describe('plain lines', () => {
  it('read time, level, message and fields', () => {
    const { lines, log } = logging()
    log.warn({ agent: 'a' }, 'Slow')
    log.error({}, 'Gone')
    log.debug({ a: 1 })
    expect(lines).toEqual([
      '2026-01-02T03:04:05.006Z warn  Slow {"agent":"a"}',
      '2026-01-02T03:04:05.006Z error Gone',
      '2026-01-02T03:04:05.006Z debug  {"a":1}',
    ])
  })
})

describe('secrets', () => {
  const failure = declareFailures({
    'test.failed': {
      when: '',
      retryable: false,
      says: ({ url }: { readonly url: string }) => `Could not reach ${url}.`,
      remedy: 'See password=hunter22.',
    },
  })

  for (const structured of [true, false]) {
    it(`are masked in ${structured ? 'structured' : 'plain'} lines, wherever they stand`, () => {
      const { lines, log } = logging({ structured })
      log.error(
        {
          password: 'hunter22',
          apiKey: 'hunter22',
          headers: { Authorization: 'Bearer hunter22hunter22', cookie: 'id=hunter22' },
          list: [{ accessToken: 'hunter22' }, 'postgres://user:hunter22@host/db'],
          map: new Map([['secret', 'hunter22']]),
          failure: failure('test.failed', { url: 'https://me:hunter22@host' }, new RangeError('token=hunter22')),
        },
        'Cannot reach redis://default:hunter22@host, sk-hunter22hunter22, password: hunter22',
      )
      expect(lines[0]).toContain('***')
      expect(lines[0]).not.toContain('hunter22')
      expect(lines[0]).toContain('redis://***@host')
    })
  }
})

it('harms nobody when it cannot write', () => {
  const gone = new TypeError('the stream is gone')
  const { log } = logging({
    write: () => {
      throw gone
    },
  })
  expect(() => log.error({}, 'a message')).not.toThrow()
})
