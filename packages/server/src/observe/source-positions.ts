/** Puts the files and lines of the source into stacks of the built server, which is one long file. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The positions of one built file that has a source map beside it. Elsewhere there is nothing to translate. */
const POSITION = /file:\/\/[^\s()]+\.js:\d+:\d+/g
/** Positions of which the sources are kept; far more than a server has errors. */
const MAX_KEPT = 1_000
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const DIGITS = new Map([...BASE64].map((character, value) => [character.charCodeAt(0), value]))

const kept = new Map<string, string>()

/**
 * The stack with `src/http/objects.ts:35:7` in place of positions in built files. The source map is read for positions that
 * are new and not kept, because it takes many times the memory of the code.
 */
export function withSources(stack: string): string {
  const unknown = (stack.match(POSITION) ?? []).filter((position) => !kept.has(position))
  const files = Map.groupBy(unknown, (position) => position.replace(/:\d+:\d+$/, ''))
  for (const [file, positions] of files) {
    if (kept.size + positions.length > MAX_KEPT) kept.clear()
    const sources = sourcesOf(file, positions)
    for (const [at, position] of positions.entries()) kept.set(position, sources[at] ?? position)
  }
  return stack.replaceAll(POSITION, (position) => kept.get(position) ?? position)
}

interface SourceMap {
  readonly sources: readonly string[]
  readonly mappings: string
}

/** In the order of the positions; undefined where the map says nothing. */
function sourcesOf(file: string, positions: readonly string[]): readonly (string | undefined)[] {
  let map: SourceMap
  try {
    map = JSON.parse(readFileSync(fileURLToPath(`${file}.map`), 'utf8'))
  } catch {
    return []
  }
  const wanted = positions.map((position) => {
    const [line = 0, column = 0] = position.split(':').slice(-2).map(Number)
    return { line: line - 1, column: column - 1 }
  })
  const last = new Map<number, string>()
  walk(map.mappings, (line, column, source, sourceLine, sourceColumn) => {
    for (const [at, position] of wanted.entries()) {
      if (position.line !== line || column > position.column) continue
      last.set(at, `${map.sources[source]?.replace(/^(?:\.\.\/)+/, '')}:${sourceLine + 1}:${sourceColumn + 1}`)
    }
  })
  return wanted.map((_, at) => last.get(at))
}

/**
 * Decodes the mappings of a source map, version 3: `;` ends a line, `,` a segment, and a segment is up to five numbers in
 * base64 VLQ, each the difference to the last of its kind. All lines and columns count from 0.
 */
function walk(
  mappings: string,
  visit: (line: number, column: number, source: number, sourceLine: number, sourceColumn: number) => void,
): void {
  let line = 0
  const state = [0, 0, 0, 0, 0]
  let field = 0
  let value = 0
  let shift = 0
  const end = () => {
    // A segment of one number is code without a source.
    if (field >= 4) visit(line, state[0] ?? 0, state[1] ?? 0, state[2] ?? 0, state[3] ?? 0)
    field = 0
  }
  for (let at = 0; at < mappings.length; at += 1) {
    const character = mappings.charCodeAt(at)
    const digit = DIGITS.get(character)
    if (digit === undefined) {
      end()
      if (character === SEMICOLON) {
        line += 1
        state[0] = 0
      }
      continue
    }
    value += (digit & 31) << shift
    shift += 5
    if ((digit & 32) !== 0) continue
    state[field] = (state[field] ?? 0) + ((value & 1) === 0 ? value >> 1 : -(value >> 1))
    field += 1
    value = 0
    shift = 0
  }
  end()
}

const SEMICOLON = ';'.charCodeAt(0)
