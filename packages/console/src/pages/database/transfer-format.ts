/** The file formats for import and export. Pure. */

export const FORMATS = ['json', 'jsonl', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/** Guesses the format of a file by its name and its beginning. Some programs call JSON lines `.json`. */
export function formatOf(name: string, beginning: string): Format {
  const ending = name.toLowerCase().split('.').at(-1) ?? ''
  if (ending === 'csv') return 'csv'
  if (ending === 'jsonl' || ending === 'ndjson') return 'jsonl'
  const [first = ''] = beginning.replace('\ufeff', '').trimStart()
  if (first === '[') return 'json'
  if (first === '{') return isOneLine(beginning) ? 'jsonl' : 'json'
  return ending === 'json' ? 'json' : 'csv'
}

/** Whether the first line is a complete document. */
function isOneLine(beginning: string): boolean {
  try {
    JSON.parse(beginning.replace('\ufeff', '').trimStart().split('\n')[0] ?? '')
    return true
  } catch {
    return false
  }
}
