/** Puts the files and lines of the source into stacks of the built server, which is one long file. */
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * The positions of one built file that has a source map beside it. Elsewhere there is nothing to translate. The message above a
 * stack can quote what a client has sent, so a position is short, and never names another machine, which would be asked.
 */
const POSITION = /file:\/\/\/[^\s()]{1,500}\.js:\d{1,9}:\d{1,9}/g
/** Positions of which the sources are kept; far more than a server has errors. */
const MAX_KEPT = 1_000

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

/** In the order of the positions; undefined where the map says nothing. */
function sourcesOf(file: string, positions: readonly string[]): readonly (string | undefined)[] {
  let map: SourceMap
  try {
    map = new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${file}.map`), 'utf8')))
  } catch {
    return []
  }
  return positions.map((position) => {
    const [line = 1, column = 1] = position.split(':').slice(-2).map(Number)
    const entry = map.findEntry(line - 1, column - 1)
    if (!('originalSource' in entry)) return undefined
    const { originalSource, originalLine, originalColumn } = entry
    return `${originalSource.replace(/^(?:\.\.\/)+/, '')}:${originalLine + 1}:${originalColumn + 1}`
  })
}
