import { RuleError } from '../rule-error.ts'
import type { Text } from '../text.ts'
import { type JsonNode, readJson } from './json-parser.ts'

/** A text of rules that has been read. */
export interface RulesText {
  /** What it says, as `JSON.parse` would return it. */
  readonly value: unknown
  /**
   * Where in the text something stands, as a character offset from 0.
   *
   * @param path the keys and indexes that lead there; where one is missing, the object that lacks it
   * @param index an offset inside the string that stands there, such as `RuleError.index`; without it, the key
   */
  offsetOf(path: readonly string[], index?: number): number
  /**
   * From where to where in the text something is written; undefined when there is no such thing.
   *
   * @param path the keys and indexes that lead to a value
   * @param span a part of the string that stands there, such as `RuleFinding.span`; without it, the whole value
   */
  rangeOf(path: readonly string[], span?: { readonly start: number; readonly end: number }): TextRange | undefined
  /** An error about something in the text: `line`, `column` and `frame` are those of the text. */
  errorAt(message: Text, path: readonly string[], index?: number): RuleError
}

/** Character offsets from 0; `to` is the first that is not part of it. */
export interface TextRange {
  readonly from: number
  readonly to: number
}

/**
 * Reads rules as people paste them: JSON in which comments and trailing commas are tolerated. A key that stands twice
 * in one object is refused with the way to merge the two.
 *
 * @throws {RuleError} with `line`, `column` and `frame`
 * @example parseRulesText('{ "read": true, } // all').value // { read: true }
 */
export function parseRulesText(source: string): RulesText {
  const root = readJson(source)
  const offsetOf = (path: readonly string[], index?: number): number => {
    let node: JsonNode = root
    let { start } = root
    for (const key of path) {
      const member = node.members?.get(key)
      if (member === undefined) return start
      node = member.node
      start = member.keyStart
    }
    if (index === undefined) return start
    return typeof node.value === 'string' ? insideString(source, node, index) : node.start
  }
  return {
    value: root.value,
    offsetOf,
    rangeOf(path, span) {
      const node = path.reduce<JsonNode | undefined>((at, key) => at?.members?.get(key)?.node, root)
      if (node === undefined) return undefined
      if (span === undefined || typeof node.value !== 'string') return { from: node.start, to: node.end }
      return { from: insideString(source, node, span.start), to: insideString(source, node, span.end) }
    },
    errorAt: (message, path, index) =>
      new RuleError(message, { key: path.at(-1), index: offsetOf(path, index), source }),
  }
}

/** One character of a JSON string, as written: an escape counts as one. */
const CHARACTER = /\\u[0-9a-fA-F]{4}|\\.|[\s\S]/y

/** Where the character `index` of a string's value is written. */
function insideString(source: string, node: JsonNode, index: number): number {
  CHARACTER.lastIndex = node.start + 1
  for (let passed = 0; passed < index && CHARACTER.lastIndex < node.end - 1; passed++) CHARACTER.exec(source)
  return CHARACTER.lastIndex
}
