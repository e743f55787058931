/** Reads JSON that people write, and looks into values of unknown shape. */
import { parseRulesText, RuleError, type Text } from '@cloudstead/rules'

/** Strings, comments, and commas before a closing bracket. */
const NOT_JSON = /"(?:[^"\\]|\\.)*"|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*[}\]])/g

/**
 * Parses JSON with comments and trailing commas. Of a duplicate key the last value counts, and it is reported.
 *
 * @returns undefined when the text is not valid
 */
export function parseLooseJson(source: string, report: (problem: Text) => void): unknown {
  try {
    return parseRulesText(source).value
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    const { line = 1, column = 1 } = error
    const [, key] = DUPLICATE.exec(error.text.en) ?? []
    if (key === undefined) {
      report({ en: `not valid JSON: ${error.located.en}`, zh: `不是有效的 JSON：${error.located.zh}` })
      return undefined
    }
    // The values of a duplicate key may be secrets, so the message of the parser, which quotes them, is not used.
    report({
      en: `the key ${key} appears twice (line ${line}, column ${column}); the last one counts`,
      zh: `键 ${key} 出现了两次（第 ${line} 行第 ${column} 列）；以最后一个为准`,
    })
    return lastOfDuplicates(source, report)
  }
}

const DUPLICATE = /^duplicate key ("(?:[^"\\]|\\.)*")/

/** What `JSON.parse` makes of the text without its comments. */
function lastOfDuplicates(source: string, report: (problem: Text) => void): unknown {
  const plain = source.replace(/^\ufeff/, '').replaceAll(NOT_JSON, (part) => (part.startsWith('"') ? part : ' '))
  try {
    return JSON.parse(plain)
  } catch {
    report({ en: 'not valid JSON', zh: '不是有效的 JSON' })
    return undefined
  }
}

/** A member of a value that may be anything. Inherited members are none. */
export function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A value in a message: short, and on one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

const MAX_SHOWN = 80
