import type { Language } from '../text.ts'

/** The phrases of an explanation. Arguments are parts of the rule, values from `show`, and other phrases. */
export interface Phrases {
  readonly nothingElseAllows: string
  readonly noValue: string
  readonly notEvaluable: string
  is(what: string, value: string): string
  because(what: string, why: string): string
  absent(what: string, why?: string): string
  undecided(what: string, why: string): string
  failed(what: string, why: string): string
  and(parts: readonly string[]): string
  list(parts: readonly string[]): string
}

export const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: {
    nothingElseAllows: ', and only true allows',
    noValue: 'it contains a missing value',
    notEvaluable: 'the rule cannot be evaluated for this request',
    is: (what, value) => `${what} is ${value}`,
    because: (what, why) => `${what} is false: ${why}`,
    absent: (what, why) => `${what} is absent${why === undefined ? '' : `: ${why}`}`,
    undecided: (what, why) => `${what} is not true because ${why}`,
    failed: (what, why) => `${what} cannot be evaluated: ${why}`,
    and: (parts) => parts.join('; and '),
    list: (parts) => parts.join(', '),
  },
  zh: {
    nothingElseAllows: '，而只有 true 才允许',
    noValue: '其中有缺失的值',
    notEvaluable: '无法对这个请求求值',
    is: (what, value) => `${what} 为 ${value}`,
    because: (what, why) => `${what} 不成立：${why}`,
    absent: (what, why) => `${what} 缺失${why === undefined ? '' : `：${why}`}`,
    undecided: (what, why) => `${what} 不成立，因为 ${why}`,
    failed: (what, why) => `${what} 无法求值：${why}`,
    and: (parts) => parts.join('；并且 '),
    list: (parts) => parts.join('，'),
  },
}
