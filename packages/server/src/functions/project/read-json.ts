import type { Reader } from './disk.ts'
import { parseLooseJson } from './json.ts'
import type { Report } from './report.ts'

/** A file that may have comments; undefined when there is none, or it cannot be used. */
export function readJson(disk: Reader, path: string, report: Report): unknown {
  const read = disk.text(path)
  if ('failure' in read) report({ en: `it cannot be read: ${read.failure}`, zh: `无法读取：${read.failure}` })
  return 'value' in read ? parseLooseJson(read.value, report) : undefined
}
