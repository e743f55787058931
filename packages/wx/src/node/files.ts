import { statSync } from 'node:fs'

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** The first existing file with one of the extensions: `firstFile('/p/app', ['.ts', '.js'])`. */
export function firstFile(base: string, extensions: readonly string[]): string | undefined {
  return extensions.map((extension) => base + extension).find(isFile)
}

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
