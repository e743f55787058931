import { positionAt } from './source-position.ts'
import { type Text, text } from './text.ts'

interface RuleErrorOptions {
  /** The key that is wrong, such as `read` or `maxAge`. */
  readonly key?: string | undefined
  /** Where `key` is, from the outermost member on; by default it is one itself. */
  readonly path?: readonly string[] | undefined
  /** Character offset in `source`, from 0. */
  readonly index?: number | undefined
  /** The string that `index` counts in: an expression, or the source of a rules file. */
  readonly source?: string | undefined
}

function withPosition({ en, zh }: Text, { line, column }: { readonly line: number; readonly column: number }): Text {
  return line === 1
    ? text(`${en} (column ${column})`, `${zh}（第 ${column} 列）`)
    : text(`${en} (line ${line}, column ${column})`, `${zh}（第 ${line} 行第 ${column} 列）`)
}

/**
 * Rules that are not accepted. `message` is English, for the author of the rules; `text` has both languages. When the
 * position is known, `line` and `column` (from 1) and `frame`, the line with a caret below the position, are set.
 */
export class RuleError extends Error {
  readonly text: Text
  /** `text` with the position, if it is known. */
  readonly located: Text
  readonly key?: string
  /** Where the key is in the rules, from the outermost member on; empty when no key is known. */
  readonly path: readonly string[]
  readonly index?: number
  readonly line?: number
  readonly column?: number
  readonly frame?: string

  constructor(message: Text, options: RuleErrorOptions = {}) {
    const { key, path = key === undefined ? [] : [key], index, source } = options
    const at = index === undefined || source === undefined ? undefined : positionAt(source, index)
    const located = at === undefined ? message : withPosition(message, at)
    super(located.en)
    this.name = 'RuleError'
    this.text = message
    this.located = located
    this.path = path
    if (key !== undefined) this.key = key
    if (index !== undefined) this.index = index
    if (at !== undefined) {
      this.line = at.line
      this.column = at.column
      this.frame = at.frame
    }
  }
}
