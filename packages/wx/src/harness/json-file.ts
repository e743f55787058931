import { readFileSync } from 'node:fs'
import { isObject, type JsonObject } from '../node/files.ts'
import { placeOf, type Report } from './problems.ts'

/** Reads a file that must contain a JSON object. Calls `report` with a problem, and returns undefined then. */
export function readJsonObject(path: string, report: Report): JsonObject | undefined {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  // WeChat treats an empty JSON file as an empty object.
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
    report(path, 'has to be a JSON object')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const position = /at position (\d+)/.exec(message)?.[1]
    const place = position === undefined ? placeOf(text, text.length) : placeOf(text, Number(position))
    report(path, `not valid JSON: ${message.replace(/ in JSON at position.*$/, '')}`, place)
  }
  return undefined
}
