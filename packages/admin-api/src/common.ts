/** Shapes that several operations share. */
import { array, boolean, integer, object, optional, type Schema, type Static, string } from './schema.ts'

/** A text in both languages of the Console. */
export const TEXT = object({ en: string(), zh: string() })
export type Text = Static<typeof TEXT>

/** Milliseconds since the epoch. */
export const TIME = integer({ description: 'milliseconds since the epoch' })

/** The largest page; also what a client that wants everything asks for. */
export const MAX_PAGE = 1_000

/** Query members of a list that comes in pages: `after` is the `next` of the former page. */
export const PAGE = {
  after: optional(string({ maxLength: 4096, description: 'next of the former page' })),
  limit: optional(integer({ minimum: 1, maximum: MAX_PAGE })),
}

/** One page: `next` is absent at the end, and only there. */
export function page<T>(item: Schema<T>) {
  return object({ items: array(item), next: optional(string()) })
}

/** Answer of operations that have nothing to say. */
export const DONE = object({ done: boolean() })

/** What is wrong with one thing of many. */
const PROBLEM = object({ code: string(), message: string(), text: TEXT, advice: optional(TEXT) })
export type Problem = Static<typeof PROBLEM>

/** Body of every answer that is an error, beside its HTTP status. */
export const ERROR = object({
  code: string(),
  message: string({ description: 'English, with the details of this case' }),
  text: TEXT,
  advice: optional(TEXT),
  requestId: string(),
})
export type ErrorBody = Static<typeof ERROR>

/**
 * One line of a long operation. While it works: `done` of `total` (absent while unknown). The last line has `finished`;
 * what failed is in `problems` (at most 100 of them), how many failed in `failed`. A line with `error` ends it early:
 * what `done` counted stays done.
 */
export const PROGRESS = object({
  done: integer(),
  total: optional(integer()),
  failed: optional(integer()),
  skipped: optional(integer({ description: 'what was there already and was to be left alone' })),
  problems: optional(array(object({ item: string(), problem: PROBLEM }))),
  finished: optional(boolean()),
  error: optional(PROBLEM),
})
export type Progress = Static<typeof PROGRESS>
