/** The layer that the code editor paints behind its text: lines, split wherever a colour or a mark begins or ends. */
import type { CodeColour, CodeSpan } from './code-tokens.ts'

/** A message about a part of the text. Offsets are UTF-16 code units. */
export interface Diagnostic {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
}

interface Piece {
  readonly text: string
  readonly colour: CodeColour | undefined
  /** The index of its diagnostic; of several, the most severe. */
  readonly diagnostic: number | undefined
  readonly bracket: boolean
}

export interface PaintedLine {
  readonly pieces: readonly Piece[]
  /** The highest severity among its diagnostics. */
  readonly severity: Diagnostic['severity'] | undefined
}

const RANK: Readonly<Record<Diagnostic['severity'], number>> = { error: 3, warning: 2, info: 1 }

/**
 * Splits a text into painted lines.
 *
 * @param spans in order and without overlap
 * @param brackets offsets of single characters
 */
export function paint(
  text: string,
  spans: readonly CodeSpan[],
  diagnostics: readonly Diagnostic[],
  brackets: readonly number[],
): readonly PaintedLine[] {
  const cuts = new Set<number>()
  for (const { from, to } of spans) cuts.add(from).add(to)
  const marked = diagnostics.map((one) => visible(one, text))
  for (const { from, to } of marked) cuts.add(from).add(to)
  for (const at of brackets) cuts.add(at).add(at + 1)
  const sorted = [...cuts].sort((a, b) => a - b)
  let cut = 0
  let span = 0
  let start = 0
  return text.split('\n').map((line) => {
    const end = start + line.length
    const pieces: Piece[] = []
    let severity: PaintedLine['severity']
    let at = start
    while (at < end) {
      while ((sorted[cut] ?? Number.POSITIVE_INFINITY) <= at) cut++
      const next = Math.min(end, sorted[cut] ?? end)
      while ((spans[span]?.to ?? Number.POSITIVE_INFINITY) <= at) span++
      const inside = spans[span]
      const diagnostic = worst(marked, at)
      const found = diagnostic === undefined ? undefined : diagnostics[diagnostic]?.severity
      if (found !== undefined && (severity === undefined || RANK[found] > RANK[severity])) severity = found
      pieces.push({
        text: text.slice(at, next),
        colour: inside !== undefined && inside.from <= at ? inside.colour : undefined,
        diagnostic,
        bracket: brackets.includes(at),
      })
      at = next
    }
    start = end + 1
    return { pieces, severity }
  })
}

/** Clips a diagnostic to the text. An empty range is shown at the character before it, or else after it. */
function visible({ from, to, severity }: Diagnostic, text: string) {
  const begin = Math.min(Math.max(0, from), text.length)
  const end = Math.min(Math.max(begin, to), text.length)
  if (end > begin) return { from: begin, to: end, severity }
  return begin > 0 && text[begin - 1] !== '\n'
    ? { from: begin - 1, to: begin, severity }
    : { from: begin, to: Math.min(begin + 1, text.length), severity }
}

/** The index of the most severe diagnostic at an offset. */
function worst(marked: readonly Pick<Diagnostic, 'from' | 'to' | 'severity'>[], at: number): number | undefined {
  let found: number | undefined
  for (const [index, { from, to, severity }] of marked.entries()) {
    if (from > at || to <= at) continue
    const before = found === undefined ? undefined : marked[found]
    if (before === undefined || RANK[severity] > RANK[before.severity]) found = index
  }
  return found
}
