import { readFileSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { type Problems, placeOf } from './problems.ts'

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** The first of these extensions with which the file exists: `firstFile('/p/app', ['.ts', '.js'])`. */
export function firstFile(base: string, extensions: readonly string[]): string | undefined {
  return extensions.map((extension) => base + extension).find(isFile)
}

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads a file that has to hold a JSON object; reports what is wrong with it, and then gives undefined. */
export function readJsonObject(path: string, problems: Problems): JsonObject | undefined {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  // WeChat takes an empty JSON file for an empty object.
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
    problems.error(path, 'has to be a JSON object')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const position = /at position (\d+)/.exec(message)?.[1]
    const place = position === undefined ? placeOf(text, text.length) : placeOf(text, Number(position))
    problems.error(path, `not valid JSON: ${message.replace(/ in JSON at position.*$/, '')}`, place)
  }
  return undefined
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
}

/** The Content-Type of a file by its name. */
export function contentTypeOf(path: string): string {
  return TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream'
}
