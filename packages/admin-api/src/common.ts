/** Shapes that several operations share. */
import { array, boolean, integer, object, optional, type Schema, type Static, string } from './schema.ts'

/** A text in English and in Chinese. */
export const TEXT = object({ en: string(), zh: string() })
export type Text = Static<typeof TEXT>

/** Milliseconds since the epoch. */
export const TIME = integer({ description: 'milliseconds since the epoch' })

/** The largest number of items on a page. */
export const MAX_PAGE = 1_000

/** Query members of a list with pages: `after` is the `next` of the previous page. */
export const PAGE = {
  after: optional(string({ maxLength: 4096, description: 'the next of the previous page' })),
  limit: optional(integer({ minimum: 1, maximum: MAX_PAGE })),
}

/** One page. `next` is absent on the last page only. */
export function page<T>(item: Schema<T>) {
  return object({ items: array(item), next: optional(string()) })
}

/** The server that answers, for data that each server has of its own. */
export const ANSWERING = object({
  id: string({ description: 'random; a restarted server has a new one' }),
  name: string({ description: 'the name of the machine and the number of the process' }),
  servers: integer({ description: 'how many servers work on this data; each has its own answer' }),
})
export type AnsweringServer = Static<typeof ANSWERING>

/** The answer of operations without a result. */
export const DONE = object({ done: boolean() })

/** Why one item of a long operation failed. */
export const PROBLEM = object({
  code: string(),
  message: string(),
  details: optional(TEXT),
  text: TEXT,
  advice: optional(TEXT),
})
export type Problem = Static<typeof PROBLEM>

/** The body of every error answer. */
export const ERROR = object({
  code: string(),
  message: string({ description: 'English, with the details of this error' }),
  details: optional(object({ en: string(), zh: string() }, { description: 'the details of this error' })),
  text: TEXT,
  advice: optional(TEXT),
  requestId: string(),
})
export type ErrorBody = Static<typeof ERROR>

/**
 * One line of a long operation. While it runs: `done` of `total` (absent while unknown). The last line has `finished`,
 * the number of failed items in `failed` and the first 100 of them in `problems`. A line with `error` means that the
 * operation stopped early; the items counted in `done` stay done.
 */
export const PROGRESS = object({
  done: integer(),
  total: optional(integer()),
  failed: optional(integer()),
  skipped: optional(integer({ description: 'items that existed already and were left as they are' })),
  problems: optional(array(object({ item: string(), problem: PROBLEM }))),
  finished: optional(boolean()),
  error: optional(PROBLEM),
})
export type Progress = Static<typeof PROGRESS>
