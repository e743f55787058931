/** Formats of files with documents. Pure. */

export const FORMATS = ['json', 'jsonl', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/**
 * The format that a file seems to have, by its name, and where that says nothing (or says JSON of what programs call so)
 * by how it begins.
 */
export function formatOf(name: string, beginning: string): Format {
  const ending = name.toLowerCase().split('.').at(-1) ?? ''
  if (ending === 'csv') return 'csv'
  if (ending === 'jsonl' || ending === 'ndjson') return 'jsonl'
  const [first = ''] = beginning.replace('\ufeff', '').trimStart()
  if (first === '[') return 'json'
  if (first === '{') return isOneLine(beginning) ? 'jsonl' : 'json'
  return ending === 'json' ? 'json' : 'csv'
}

/** Whether the first line is a document of its own. */
function isOneLine(beginning: string): boolean {
  try {
    JSON.parse(beginning.replace('\ufeff', '').trimStart().split('\n')[0] ?? '')
    return true
  } catch {
    return false
  }
}
