/** The cron expressions of timers: seven fields, second minute hour day month weekday year. */
import type { Text } from '@cloudstead/rules'

/** A cron expression that is not valid. The text names the field; the message is the English one. */
export class CronError extends Error {
  override readonly name = 'CronError'
  readonly text: Text

  constructor(text: Text) {
    super(text.en)
    this.text = text
  }
}

/** When a timer runs. Each field has its valid values in ascending order. */
export interface Cron {
  readonly seconds: readonly number[]
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  /** Days of the month; undefined for `*`. */
  readonly days: ReadonlySet<number> | undefined
  /** From 1. */
  readonly months: readonly number[]
  /** From 0 for Sunday; undefined for `*`. */
  readonly weekdays: ReadonlySet<number> | undefined
  readonly years: readonly number[]
}

interface Field {
  readonly en: string
  readonly zh: string
  readonly min: number
  readonly max: number
  /** Names of values, the first for `min`. */
  readonly names?: readonly string[]
}

const FIRST_YEAR = 1970
const LAST_YEAR = 2099

const SECOND: Field = { en: 'second', zh: '秒', min: 0, max: 59 }
const MINUTE: Field = { en: 'minute', zh: '分', min: 0, max: 59 }
const HOUR: Field = { en: 'hour', zh: '时', min: 0, max: 23 }
const DAY: Field = { en: 'day', zh: '日', min: 1, max: 31 }
const MONTH: Field = {
  ...{ en: 'month', zh: '月', min: 1, max: 12 },
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
}
const SUNDAY = 7
/** Both 0 and 7 are Sunday. */
const WEEKDAY: Field = {
  ...{ en: 'weekday', zh: '星期', min: 0, max: SUNDAY },
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
}
const YEAR: Field = { en: 'year', zh: '年', min: FIRST_YEAR, max: LAST_YEAR }

const FIELDS = 7

/** Characters of an expression. A list of all values of every field has far fewer. */
const MAX_LENGTH = 1_000

/**
 * Parses a cron expression. A field is `*`, or a list of values, ranges and steps: `1,5`, `9-17`, `0-30/10`, `5/10`. Months and
 * weekdays have names too. When both the day and the weekday are given, either is enough.
 *
 * @throws CronError naming the field
 * @example parseCron('0 30 9 * * MON-FRI *') // at 9:30 on working days
 */
export function parseCron(expression: string): Cron {
  const parts = expression.trim().split(/\s+/)
  if (expression.length > MAX_LENGTH || parts.length !== FIELDS) {
    throw new CronError({
      en: `a cron expression has ${FIELDS} fields (second minute hour day month weekday year), not ${parts.length}`,
      zh: `cron 表达式应有 ${FIELDS} 个字段（秒 分 时 日 月 星期 年），而不是 ${parts.length} 个`,
    })
  }
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = parts
  return {
    seconds: values(second, SECOND),
    minutes: values(minute, MINUTE),
    hours: values(hour, HOUR),
    days: day === '*' ? undefined : new Set(values(day, DAY)),
    months: values(month, MONTH),
    weekdays: weekday === '*' ? undefined : new Set(values(weekday, WEEKDAY).map((value) => value % SUNDAY)),
    years: values(year, YEAR),
  }
}

function values(text: string, field: Field): readonly number[] {
  const found = new Set<number>()
  for (const item of text.split(',')) {
    const { from, to, step } = range(item, field)
    for (let value = from; value <= to; value += step) found.add(value)
  }
  return [...found].sort((a, b) => a - b)
}

function range(item: string, field: Field): { readonly from: number; readonly to: number; readonly step: number } {
  const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d{1,4}))?$/.exec(item)
  if (match === null) throw invalid(item, field)
  const [, first, last, steps] = match
  const step = steps === undefined ? 1 : Number(steps)
  if (step === 0) throw invalid(item, field)
  // As an end that nobody wrote, the second name of Sunday would count it twice.
  const open = field === WEEKDAY ? SUNDAY - 1 : field.max
  if (first === undefined) return { from: field.min, to: open, step }
  const from = parseValue(first, item, field)
  if (last === undefined) return { from, to: steps === undefined ? from : open, step }
  const end = parseValue(last, item, field)
  // `FRI-SUN` ends with the Sunday after the Friday.
  const to = field === WEEKDAY && end === 0 && from > 0 ? SUNDAY : end
  if (to < from) throw invalid(item, field)
  return { from, to, step }
}

function parseValue(text: string, item: string, field: Field): number {
  const name = field.names?.indexOf(text.toUpperCase()) ?? -1
  if (name >= 0) return field.min + name
  const value = Number(text)
  if (!/^\d{1,4}$/.test(text) || value < field.min || value > field.max) throw invalid(item, field)
  return value
}

function invalid(item: string, { en, zh, min, max, names }: Field): CronError {
  const named = names === undefined ? '' : ` (${names[0]}-${names.at(-1)})`
  const shown = JSON.stringify(item.slice(0, 40))
  return new CronError({
    en: `the ${en} of the cron expression is not valid: ${shown}; its values are ${min}-${max}${named}`,
    zh: `cron 表达式的“${zh}”字段无效：${shown}；取值为 ${min}-${max}${named}`,
  })
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/**
 * The first time after `after` at which a timer runs; undefined when there is none before the year 2100.
 *
 * @param after milliseconds since the epoch
 * @param offsetMinutes the time zone, in minutes east of UTC
 * @returns milliseconds since the epoch
 */
export function nextTime(cron: Cron, after: number, offsetMinutes: number): number | undefined {
  const offset = offsetMinutes * MINUTE_MS
  // Everything below is in the time of the zone, as if it were UTC.
  const start = (Math.floor((after + offset) / 1_000) + 1) * 1_000
  const today = Math.floor(start / DAY_MS) * DAY_MS
  const rest = start - today
  for (const day of daysFrom(cron, today)) {
    const time = timeOfDay(cron, day === today ? rest : 0)
    if (time !== undefined) return day + time - offset
  }
  return undefined
}

/** The days on which it runs, from the day `today`, each as its first millisecond. */
function* daysFrom(cron: Cron, today: number): Generator<number> {
  for (const year of cron.years) {
    if (Date.UTC(year + 1, 0, 1) <= today) continue
    for (const month of cron.months) {
      const end = Date.UTC(year, month, 1)
      const first = Date.UTC(year, month - 1, 1)
      for (let day = Math.max(first, today); day < end; day += DAY_MS) {
        if (runsOn(cron, (day - first) / DAY_MS + 1, new Date(day).getUTCDay())) yield day
      }
    }
  }
}

function runsOn({ days, weekdays }: Cron, day: number, weekday: number): boolean {
  if (days === undefined) return weekdays === undefined || weekdays.has(weekday)
  return days.has(day) || (weekdays?.has(weekday) ?? false)
}

/** The first time of a day, in milliseconds, that is not before `from`; undefined when there is none. */
function timeOfDay({ hours, minutes, seconds }: Cron, from: number): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * 3_600_000 <= from) continue
    for (const minute of minutes) {
      const start = hour * 3_600_000 + minute * MINUTE_MS
      const second = seconds.find((value) => start + value * 1_000 >= from)
      if (second !== undefined) return start + second * 1_000
    }
  }
  return undefined
}
