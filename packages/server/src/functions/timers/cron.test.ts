import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CronError, nextTime, parseCron } from './cron.ts'

const BEIJING = 480

function next(expression: string, after: string, offset = BEIJING): string | undefined {
  const time = nextTime(parseCron(expression), Date.parse(after), offset)
  return time === undefined ? undefined : new Date(time).toISOString()
}

describe('the next time', () => {
  for (const [expression, after, expected] of [
    ['*/5 * * * * * *', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:05.000Z'],
    ['*/5 * * * * * *', '2026-01-01T00:00:04.999Z', '2026-01-01T00:00:05.000Z'],
    ['0 0 2 1 * * *', '2026-01-31T18:00:00Z', '2026-02-28T18:00:00.000Z'],
    ['0 15 10 * * MON-FRI *', '2026-01-02T02:15:00Z', '2026-01-05T02:15:00.000Z'],
    ['0 0 10,14,16 * * * *', '2026-01-01T02:00:00Z', '2026-01-01T06:00:00.000Z'],
    ['0 */30 9-17 * * * *', '2026-01-01T09:31:00Z', '2026-01-02T01:00:00.000Z'],
    ['0 0 12 * * WED *', '2026-01-01T00:00:00Z', '2026-01-07T04:00:00.000Z'],
    ['0 0 0 29 FEB * *', '2026-01-01T00:00:00Z', '2028-02-28T16:00:00.000Z'],
    ['0 0 0 1 JAN * 2030', '2026-01-01T00:00:00Z', '2029-12-31T16:00:00.000Z'],
    // The day or the weekday is enough: 1 January 2026 is a Thursday.
    ['0 0 0 13 * FRI *', '2025-12-31T16:00:00Z', '2026-01-01T16:00:00.000Z'],
    ['0 0 0 13 * FRI *', '2026-01-08T16:00:00Z', '2026-01-12T16:00:00.000Z'],
    ['0 0 0 * * 7 *', '2026-01-01T00:00:00Z', '2026-01-03T16:00:00.000Z'],
    ['0 0 0 * * FRI-SUN *', '2026-01-02T16:00:00Z', '2026-01-03T16:00:00.000Z'],
    ['0 0 0 * * 1/3 *', '2026-01-01T16:00:00Z', '2026-01-04T16:00:00.000Z'],
    ['5/20 0 0 * * * *', '2025-12-31T16:00:05Z', '2025-12-31T16:00:25.000Z'],
  ] as const) {
    test(`of ${expression} after ${after}`, () => assert.equal(next(expression, after), expected))
  }

  test('in another time zone', () => {
    assert.equal(next('0 0 0 * * * *', '2026-01-01T00:00:00Z', 0), '2026-01-02T00:00:00.000Z')
    assert.equal(next('0 0 0 * * * *', '2026-01-01T00:00:00Z', -90), '2026-01-01T01:30:00.000Z')
  })

  for (const never of ['0 0 0 30 FEB * *', '0 0 0 * * * 2025', '0 0 0 31 4,6,9,11 * *']) {
    test(`${never}: there is none`, () => assert.equal(next(never, '2026-01-01T00:00:00Z'), undefined))
  }
})

describe('what is not valid names its field', () => {
  for (const [expression, field, zh] of [
    ['60 * * * * * *', 'second', '秒'],
    ['* -1 * * * * *', 'minute', '分'],
    ['* * 24 * * * *', 'hour', '时'],
    ['* * * 0 * * *', 'day', '日'],
    ['* * * * JANUARY * *', 'month', '月'],
    ['* * * * * 8 *', 'weekday', '星期'],
    ['* * * * * * 2100', 'year', '年'],
    ['*/0 * * * * * *', 'second', '秒'],
    ['5-1 * * * * * *', 'second', '秒'],
    ['1,,2 * * * * * *', 'second', '秒'],
    ['* ? * * * * *', 'minute', '分'],
  ] as const) {
    test(expression, () =>
      assert.throws(
        () => parseCron(expression),
        (error: CronError) => error.text.en.includes(`the ${field} `) && error.text.zh.includes(`“${zh}”`),
      ),
    )
  }

  test('five fields are too few', () =>
    assert.throws(
      () => parseCron('0 0 * * *'),
      (error: CronError) => /7 fields.*not 5/.test(error.message) && error.text.zh.includes('5 个'),
    ))

  test('no text fails in another way', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[\d*,/A-Z-]{1,6}$/), { minLength: 7, maxLength: 7 }), (fields) => {
        try {
          nextTime(parseCron(fields.join(' ')), 0, 0)
        } catch (error) {
          assert.ok(error instanceof CronError)
        }
      }),
    )
  })
})

/** A field of a few values, as its text and as a check written anew. */
function field(min: number, max: number) {
  const value = fc.integer({ min, max })
  const list = fc
    .uniqueArray(value, { minLength: 1, maxLength: 3 })
    .map((values) => ({ text: values.join(','), has: (at: number) => values.includes(at) }))
  const range = fc.tuple(value, value, fc.integer({ min: 1, max: 9 })).map(([a, b, step]) => {
    const [from, to] = a < b ? [a, b] : [b, a]
    const has = (at: number) => at >= from && at <= to && (at - from) % step === 0
    return { text: `${from}-${to}/${step}`, has }
  })
  const all = fc.constant({ text: '*', has: () => true })
  return fc.oneof(all, list, range)
}

/** The first whole second, minute or day after a time that matches, by trying one after the other. */
function walk(after: number, step: number, steps: number, matches: (date: Date) => boolean): number | undefined {
  let time = (Math.floor(after / step) + 1) * step
  for (let tried = 0; tried < steps; tried++, time += step) if (matches(new Date(time))) return time
  return undefined
}

/** Both agree, or what is found lies behind the end of the walk. */
function assertSame(found: number | undefined, walked: number | undefined, after: number, walkedMs: number): void {
  if (walked === undefined) assert.ok(found === undefined || found > after + walkedMs)
  else assert.equal(found, walked)
}

const YEAR_MS = 365 * 86_400_000
const moment = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2032, 0) })

describe('as a walk in small steps finds it', () => {
  test('by seconds', () => {
    const fields = fc.tuple(field(0, 59), field(0, 59), field(0, 23))
    fc.assert(
      fc.property(fields, moment, ([second, minute, hour], after) => {
        const found = nextTime(parseCron(`${second.text} ${minute.text} ${hour.text} * * * *`), after, 0)
        const walked = walk(after, 1_000, 20_000, (date) => {
          const [s, m, h] = [date.getUTCSeconds(), date.getUTCMinutes(), date.getUTCHours()]
          return second.has(s) && minute.has(m) && hour.has(h)
        })
        assertSame(found, walked, after, 20_000_000)
      }),
      { numRuns: 60 },
    )
  })

  test('by days, with the day or the weekday', () => {
    const fields = fc.tuple(field(1, 31), field(1, 12), field(0, 6), field(2024, 2034))
    fc.assert(
      fc.property(fields, moment, ([day, month, weekday, year], after) => {
        const cron = parseCron(`0 0 0 ${day.text} ${month.text} ${weekday.text} ${year.text}`)
        const walked = walk(after, 86_400_000, 1_460, (date) => {
          const onDay = day.has(date.getUTCDate())
          const onWeekday = weekday.has(date.getUTCDay())
          const either = day.text === '*' ? onWeekday : onDay || (weekday.text !== '*' && onWeekday)
          return either && month.has(date.getUTCMonth() + 1) && year.has(date.getUTCFullYear())
        })
        assertSame(nextTime(cron, after, 0), walked, after, 4 * YEAR_MS - 86_400_000)
      }),
      { numRuns: 200 },
    )
  })
})
