/** The limits of a function: from the settings, the project or, last, these defaults. */
import { shown } from './json.ts'
import type { Report } from './report.ts'

interface Limit {
  readonly min: number
  readonly max: number
  readonly default: number
  readonly whole: boolean
}

/** The ranges of the platform; those of `maxInstances` and `idle` are ours. */
const LIMITS = {
  /** Seconds. */
  timeout: { min: 1, max: 900, default: 5, whole: false },
  /** MB. */
  memorySize: { min: 64, max: 3_072, default: 256, whole: true },
  maxInstances: { min: 1, max: 1_000, default: 10, whole: true },
  /** Seconds. */
  idle: { min: 1, max: 86_400, default: 60, whole: false },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof LIMITS

/** A number, also as the text that a template gives. Undefined when it is none. */
export function readNumber(name: LimitName, declared: unknown, report: Report): number | undefined {
  if (declared === undefined || declared === null) return undefined
  const value = typeof declared === 'string' && /^\d+(?:\.\d+)?$/.test(declared) ? Number(declared) : declared
  if (typeof value === 'number') return value
  report({
    en: `${name} must be a number, not ${shown(declared)}`,
    zh: `${name} 必须是数字，而不是 ${shown(declared)}`,
  })
  return undefined
}

/** The first of the values that is given, or the default. Outside of its range, the nearest valid value. */
export function limit(name: LimitName, given: readonly (number | undefined)[], report: Report): number {
  const { min, max, whole, default: usual } = LIMITS[name]
  const value = given.find((one) => one !== undefined) ?? usual
  const nearest = Math.min(Math.max(whole ? Math.round(value) : value, min), max)
  if (nearest === value) return value
  report({
    en: `${name} must be ${whole ? 'a whole number ' : ''}from ${min} to ${max}, not ${value}; ${nearest} is used`,
    zh: `${name} 应为 ${min} 到 ${max} ${whole ? '的整数' : ''}，而不是 ${value}；将使用 ${nearest}`,
  })
  return nearest
}
