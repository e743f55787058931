/** Syntax colours of the code editor: JSON, and the expressions of rules inside its strings. */
import { jsonTokens } from './json-tokens.ts'

export type CodeColour = 'name' | 'string' | 'number' | 'word' | 'comment' | 'variable'

/** A coloured part of a text. */
export interface CodeSpan {
  readonly from: number
  readonly to: number
  readonly colour: CodeColour
}

/** Variables, functions, keywords, numbers and strings of the rule language. */
const EXPRESSION =
  /(?<![.\w$])(?:auth|resource|request|doc|now|get|true|false|null|undefined|in)\b|\b\d+(?:\.\d+)?\b|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`/g

/** The coloured parts of JSON, in order and without overlap. With `expressions`, strings that hold rules are split too. */
export function codeSpans(text: string, expressions: boolean): readonly CodeSpan[] {
  const spans: CodeSpan[] = []
  let at = 0
  for (const { kind, text: piece } of jsonTokens(text)) {
    const end = at + piece.length
    if (kind === 'string' && expressions && /[=!<>.&|]|\btrue\b|\bfalse\b/.test(piece)) spans.push(...inside(piece, at))
    else if (kind !== 'plain') spans.push({ from: at, to: end, colour: kind })
    at = end
  }
  return spans
}

function inside(piece: string, start: number): readonly CodeSpan[] {
  const spans: CodeSpan[] = [{ from: start, to: start + 1, colour: 'string' }]
  for (const { 0: found, index } of piece.matchAll(EXPRESSION)) {
    spans.push({ from: start + index, to: start + index + found.length, colour: colourOf(found) })
  }
  if (piece.length > 1 && piece.endsWith('"')) {
    spans.push({ from: start + piece.length - 1, to: start + piece.length, colour: 'string' })
  }
  return spans
}

function colourOf(found: string): CodeColour {
  if (/^['`]/.test(found)) return 'string'
  if (/^\d/.test(found)) return 'number'
  return /^(?:auth|resource|request|doc|now|get)$/.test(found) ? 'variable' : 'word'
}

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const OPENERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/**
 * The offsets of the bracket at `position` and of the matching one; undefined if there is no pair. Brackets inside strings
 * count too, because rules are strings.
 */
export function matchingBrackets(text: string, position: number): readonly [number, number] | undefined {
  for (const at of [position - 1, position]) {
    const bracket = text[at]
    if (bracket === undefined) continue
    const closer = PAIRS[bracket]
    const opener = OPENERS[bracket]
    const other = closer === undefined ? opener : closer
    if (other === undefined) continue
    const found = seek(text, at, bracket, other, closer === undefined ? -1 : 1)
    if (found !== undefined) return [at, found]
  }
  return undefined
}

function seek(text: string, from: number, own: string, other: string, step: 1 | -1): number | undefined {
  let depth = 0
  for (let at = from; at >= 0 && at < text.length; at += step) {
    if (text[at] === own) depth++
    else if (text[at] === other) depth--
    if (depth === 0) return at
  }
  return undefined
}
