/** The edits that keys make in the code editor. Pure. */

export interface Selection {
  readonly from: number
  readonly to: number
}

/** Replaces the text between `from` and `to` by `insert`, and selects `select` afterwards. */
export interface Edit extends Selection {
  readonly insert: string
  readonly select: Selection
}

const INDENT = '  '

/** Enter: keeps the indentation of the line, and adds a level after an opening bracket. */
export function newLine(text: string, { from, to }: Selection): Edit {
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from)
  const indent = /^[ \t]*/.exec(line)?.[0] ?? ''
  const opened = /[[{(]\s*$/.test(line)
  const closes = /^[\]})]/.test(text.slice(to))
  const head = `\n${indent}${opened ? INDENT : ''}`
  const insert = opened && closes ? `${head}\n${indent}` : head
  const at = from + head.length
  return { from, to, insert, select: { from: at, to: at } }
}

/** Tab: inserts two spaces, or indents every selected line. With `out` it removes a level of indentation. */
export function indent(text: string, { from, to }: Selection, out: boolean): Edit {
  if (!out && from === to) return { from, to, insert: INDENT, select: { from: from + 2, to: from + 2 } }
  const start = text.lastIndexOf('\n', from - 1) + 1
  const lines = text.slice(start, to).split('\n')
  const moved = lines.map((line) => (out ? line.replace(/^ {1,2}|^\t/, '') : `${INDENT}${line}`))
  const insert = moved.join('\n')
  const first = (moved[0]?.length ?? 0) - (lines[0]?.length ?? 0)
  const select = { from: Math.max(start, from + first), to: start + insert.length }
  return { from: start, to, insert, select: from === to ? { from: select.from, to: select.from } : select }
}
