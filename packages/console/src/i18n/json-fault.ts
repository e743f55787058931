import { type Language, language } from './language.ts'

/** Where a text stops being JSON, in the current language. @param message of the error of `JSON.parse`, which is English */
export function jsonFault(message: string, of: Language = language()): string {
  if (of === 'en') return message
  const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(message) ?? []
  if (line !== undefined) return `第 ${line} 行第 ${column} 列。`
  return /end of JSON/.test(message) ? '内容不完整。' : ''
}
