/** A position in a source string. Both numbers count from 1, the column in UTF-16 units. */
interface SourcePosition {
  readonly line: number
  readonly column: number
  /** The source line, clipped when it is long, and a caret below the position. Two lines, no trailing newline. */
  readonly frame: string
}

/** Columns shown of a long line, so that the caret stays in view on a terminal. */
const FRAME_WIDTH = 100

/** Columns shown before the caret when the line is clipped. */
const FRAME_LEAD = 60

const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/g

/** Characters that could move the cursor or color the terminal. Tabs are kept. */
const CONTROL = /(?!\t)\p{Cc}/gu

/** Characters that are roughly two columns wide on a terminal: CJK and full-width forms. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/

/**
 * The line, column and frame of an offset in a string.
 *
 * @param index character offset, from 0; an offset beyond the end means the end
 * @example positionAt('a ==', 4) // { line: 1, column: 5, frame: 'a ==\n    ^' }
 */
export function positionAt(source: string, index: number): SourcePosition {
  const offset = Math.min(Math.max(index, 0), source.length)
  let line = 1
  let start = 0
  let end = source.length
  for (const { 0: mark, index: at } of source.matchAll(LINE_BREAK)) {
    if (at + mark.length > offset) {
      end = at
      break
    }
    line++
    start = at + mark.length
  }
  const column = Math.min(offset, end) - start
  return { line, column: column + 1, frame: frame(source.slice(start, end), column) }
}

function frame(line: string, column: number): string {
  const from = line.length <= FRAME_WIDTH ? 0 : Math.max(0, column - FRAME_LEAD)
  const to = from + FRAME_WIDTH
  const shown = line.slice(from, to).replaceAll(CONTROL, '\ufffd')
  const head = from > 0 ? '…' : ''
  const tail = to < line.length ? '…' : ''
  const lead = shown.slice(0, column - from).replaceAll(/[^\t]/g, (char) => (isWide(char) ? '\u3000' : ' '))
  return `${head}${shown}${tail}\n${head === '' ? '' : ' '}${lead}^`
}

function isWide(char: string): boolean {
  return WIDE.test(char)
}
