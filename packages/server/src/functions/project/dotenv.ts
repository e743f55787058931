/** Reads `.env` files. */
import type { Text } from '@cloudstead/rules'

/** White space and comments between two variables. */
const BETWEEN = /(?:\s+|#[^\n]*)*/y
const VARIABLE =
  /(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:"((?:\\[\s\S]|[^"\\])*)"|'([^']*)'|`([^`]*)`|([^\r\n#]*))[ \t]*(?:#[^\n]*|\r?(?=\n)|$)/y

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' }

/**
 * Parses lines of `NAME=value`. A value may stand in quotes, over several lines too; only double quotes have escapes. Without
 * quotes, `#` starts a comment. The last of several values counts.
 *
 * @param report told of each line that cannot be read, with its number
 */
export function parseDotenv(source: string, report: (problem: Text) => void): ReadonlyMap<string, string> {
  const text = source.replace(/^\ufeff/, '')
  const variables = new Map<string, string>()
  let index = 0
  for (;;) {
    BETWEEN.lastIndex = index
    index += BETWEEN.exec(text)?.[0].length ?? 0
    if (index >= text.length) return variables
    VARIABLE.lastIndex = index
    const match = VARIABLE.exec(text)
    if (match === null) {
      const line = text.slice(0, index).split('\n').length
      report({ en: `line ${line} is not NAME=value`, zh: `第 ${line} 行不是 NAME=value 的形式` })
      const end = text.indexOf('\n', index)
      index = end < 0 ? text.length : end
      continue
    }
    const [whole, name = '', double, single, backtick, bare = ''] = match
    variables.set(name, double === undefined ? (single ?? backtick ?? bare.trim()) : unescaped(double))
    index += whole.length
  }
}

function unescaped(quoted: string): string {
  return quoted.replaceAll(/\\([\s\S])/g, (whole, escaped: string) => ESCAPES[escaped] ?? whole)
}
