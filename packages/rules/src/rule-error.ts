import { placeIn } from './source-position.ts'
import type { Text } from './text.ts'

/** Where in a rules object or in a text the fault lies. */
export interface RuleErrorPlace {
  /** The rule at fault: `read`, `write` or `maxAge`. */
  readonly key?: string | undefined
  /** Character offset in `source`, from 0. */
  readonly index?: number | undefined
  /** The expression, or the text of the rules, that `index` counts in. */
  readonly source?: string | undefined
}

/**
 * Rules that cannot be accepted. `message` is English, for whoever wrote the rules; `text` has it in both languages.
 * When the place is known there are also `line` and `column` (from 1) and `frame`, the line with a caret under the place.
 */
export class RuleError extends Error {
  readonly text: Text
  readonly key?: string
  readonly index?: number
  readonly line?: number
  readonly column?: number
  readonly frame?: string

  constructor(text: Text, place: RuleErrorPlace = {}) {
    const { key, index, source } = place
    const at = index === undefined || source === undefined ? undefined : placeIn(source, index)
    super(at === undefined ? text.en : `${text.en} (${at.line === 1 ? '' : `line ${at.line}, `}column ${at.column})`)
    this.name = 'RuleError'
    this.text = text
    if (key !== undefined) this.key = key
    if (index !== undefined) this.index = index
    if (at !== undefined) {
      this.line = at.line
      this.column = at.column
      this.frame = at.frame
    }
  }
}
