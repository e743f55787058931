import { CloudsteadError } from './errors.ts'

/**
 * Values in the JSON of one request; the key of a member counts too. Parsing takes time and memory by the number of values
 * rather than by the length: a few MB of `{}` would stop the process for seconds.
 */
export const MAX_JSON_VALUES = 200_000
/**
 * Members of objects in the JSON of one request. Keys that are all different are by far the most expensive part: this many
 * of them are parsed, decoded and checked in about 250 ms on a busy machine. The types of Extended JSON are members, too;
 * they do not count, because their few keys cost little.
 */
export const MAX_JSON_MEMBERS = 40_000
/** Nesting levels of one JSON text: twice those of a document (MAX_VALUE_DEPTH), which others wrap and Extended JSON adds to. */
export const MAX_JSON_DEPTH = 200

/** Characters after which the event loop may get a turn: at most 20 ms, also before the scan is compiled. */
const SLICE_CHARACTERS = 1024 * 1024

const QUOTE = 0x22
const DOLLAR = 0x24
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
/** Everything up to the space counts as white space. JSON has fewer such characters, and the parser refuses the others. */
const SPACE = 0x20

const CHEAP_KEYS = new Set(['$numberInt', '$numberLong', '$numberDouble', '$date', '$oid'])

/** What a JSON text contains, as far as it can be seen without parsing it. */
export interface JsonStructure {
  /** Values at all levels, and keys. */
  readonly values: number
  /** Members of objects at all levels, without those of Extended JSON types. */
  readonly members: number
  /** Levels of nesting: 0 for a text without lists and objects. */
  readonly depth: number
}

/** Where a scan is: between values, in a string that has escapes, or in a number or another word. */
const BETWEEN = 0
const IN_STRING = 1
const IN_WORD = 2

/**
 * Counts values, members and levels in one pass, without memory; yields after each slice. The counts are exact for valid
 * JSON; for any other text they are those of something similar. The pass stops soon after one of the limits is exceeded.
 */
export function* jsonStructure(
  text: string,
  maxValues = Number.POSITIVE_INFINITY,
  maxDepth = maxValues,
): Generator<void, JsonStructure, void> {
  let values = 0
  let members = 0
  let level = 0
  let depth = 0
  /** Where the last string begins and ends: the positions of its quotes. */
  let begin = 0
  let end = 0
  let state = BETWEEN
  let pause = SLICE_CHARACTERS
  for (let at = 0; at < text.length && values <= maxValues && depth <= maxDepth; at += 1) {
    if (at >= pause) {
      yield
      pause = at + SLICE_CHARACTERS
    }
    const code = text.charCodeAt(at)
    if (state === IN_STRING) {
      if (code === BACKSLASH) at += 1
      else if (code === QUOTE) {
        state = BETWEEN
        end = at
      }
      continue
    }
    if (state === IN_WORD) {
      if (!endsWord(code)) continue
      state = BETWEEN
    }
    if (code <= SPACE || code === COMMA) continue
    if (code === COLON) {
      if (text.charCodeAt(begin + 1) !== DOLLAR || !CHEAP_KEYS.has(text.slice(begin + 1, end))) members += 1
      continue
    }
    if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      level -= 1
      continue
    }
    values += 1
    if (code === QUOTE) {
      begin = at
      end = text.indexOf('"', at + 1)
      if (end < 0) break
      if (text.charCodeAt(end - 1) === BACKSLASH) state = IN_STRING
      else at = end
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      level += 1
      if (level > depth) depth = level
    } else state = IN_WORD
  }
  return { values, members, depth }
}

/**
 * Checks the JSON texts of one request together; yields now and then in long ones, so that others can be served.
 *
 * @throws CloudsteadError INVALID_PARAM when they contain more than may be parsed
 *
 * @example
 * for (const _ of checkJsonStructure([text])) await setImmediate()
 */
export function* checkJsonStructure(texts: readonly string[]): Generator<void, void, void> {
  let values = 0
  let members = 0
  for (const text of texts) {
    const found = yield* jsonStructure(text, MAX_JSON_VALUES - values, MAX_JSON_DEPTH)
    values += found.values
    members += found.members
    if (values > MAX_JSON_VALUES)
      throw tooMuch(
        `contain at most ${MAX_JSON_VALUES} JSON values and keys: send less`,
        `最多包含 ${MAX_JSON_VALUES} 个 JSON 值和键，请减少数据量`,
      )
    if (members > MAX_JSON_MEMBERS)
      throw tooMuch(
        `contain at most ${MAX_JSON_MEMBERS} members of JSON objects: send less`,
        `最多包含 ${MAX_JSON_MEMBERS} 个 JSON 对象成员，请减少数据量`,
      )
    if (found.depth > MAX_JSON_DEPTH)
      throw tooMuch(`nest JSON at most ${MAX_JSON_DEPTH} levels deep`, `的 JSON 最多嵌套 ${MAX_JSON_DEPTH} 层`)
  }
}

function tooMuch(en: string, zh: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', { en: `a request may ${en}`, zh: `一个请求${zh}` })
}

function endsWord(code: number): boolean {
  return (
    code <= SPACE ||
    code === COMMA ||
    code === COLON ||
    code === QUOTE ||
    code === OPEN_LIST ||
    code === CLOSE_LIST ||
    code === OPEN_OBJECT ||
    code === CLOSE_OBJECT
  )
}
