import { RuleError } from '../rule-error.ts'
import type { Text } from '../text.ts'
import { type JsonNode, parseJson } from './json-parser.ts'

/** Parsed rules with the positions of their parts in the source. */
export interface RulesText {
  /** The value, as `JSON.parse` would return it. */
  readonly value: unknown
  /**
   * The character offset of a part of the source, from 0.
   *
   * @param path keys and indexes of the part; when one does not exist, the result is the object that lacks it
   * @param index an offset inside the string at `path`, such as `RuleError.index`; by default the result is the key
   */
  offsetOf(path: readonly string[], index?: number): number
  /**
   * The range of a value in the source; undefined when there is no such value.
   *
   * @param path keys and indexes of the value
   * @param span a part of the string at `path`, such as `RuleFinding.span`; by default the whole value
   */
  rangeOf(path: readonly string[], span?: { readonly start: number; readonly end: number }): TextRange | undefined
  /** An error about a part of the source: `line`, `column` and `frame` refer to the source. */
  errorAt(message: Text, path: readonly string[], index?: number): RuleError
}

/** Character offsets from 0; `to` is exclusive. */
export interface TextRange {
  readonly from: number
  readonly to: number
}

/**
 * Parses rules: JSON with comments and trailing commas. A duplicate key is an error that shows how to merge the two values.
 *
 * @throws {RuleError} with `line`, `column` and `frame`
 * @example parseRulesText('{ "read": true, } // all').value // { read: true }
 */
export function parseRulesText(source: string): RulesText {
  const root = parseJson(source)
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
      new RuleError(message, { key: path.at(-1), path, index: offsetOf(path, index), source }),
  }
}

/** One character of a JSON string in the source; an escape counts as one. */
const CHARACTER = /\\u[0-9a-fA-F]{4}|\\.|[\s\S]/y

/** The offset in the source of character `index` of a string value. */
function insideString(source: string, node: JsonNode, index: number): number {
  CHARACTER.lastIndex = node.start + 1
  for (let passed = 0; passed < index && CHARACTER.lastIndex < node.end - 1; passed++) CHARACTER.exec(source)
  return CHARACTER.lastIndex
}
