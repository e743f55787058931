/** What keys do to the text of the editor. Pure: an edit says what is replaced, and what is selected afterwards. */

export interface Selection {
  readonly from: number
  readonly to: number
}

export interface Edit extends Selection {
  readonly insert: string
  readonly select: Selection
}

const INDENT = '  '

/** Enter: the new line begins as this one does, deeper after an opening bracket. */
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

/** Tab: two spaces, or every selected line two further to the right; with `out` to the left. */
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

/** The options that go with what stands before the cursor: those that begin so, then those that have it inside. */
export function fitting<T extends { readonly label: string }>(options: readonly T[], typed: string): readonly T[] {
  const wanted = typed.toLowerCase()
  const begins = options.filter(({ label }) => label.toLowerCase().startsWith(wanted))
  const has = options.filter(({ label }) => label.toLowerCase().indexOf(wanted) > 0)
  return [...begins, ...has]
}
