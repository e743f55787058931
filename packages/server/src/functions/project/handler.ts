/** The file and the export of a function's handler. */
import { basename, join } from 'node:path'
import type { Reader } from './disk.ts'

/** Without a configuration. */
export const DEFAULT_HANDLER = 'index.main'

export interface Handler {
  /** Relative to the function, with slashes, without an extension: `src/index`. */
  readonly path: string
  /** `main`. */
  readonly exported: string
}

/** @returns undefined when it does not have the form `file.export`, or leads out of the function */
export function parseHandler(handler: string): Handler | undefined {
  const match = /^(?:\.\/)?((?:[^/\\\0]+\/)*[^/\\\0]+)\.([A-Za-z_$][\w$]*)$/.exec(handler)
  const [, path, exported] = match ?? []
  if (path === undefined || exported === undefined) return undefined
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return undefined
  return { path, exported }
}

/** The extensions of CommonJS files, then those that tell what else a function is. */
const EXTENSIONS = ['.js', '.cjs', '.mjs', '.ts', '.py', '.php'] as const

export type Extension = (typeof EXTENSIONS)[number]

/** The extension of the file of a handler; undefined when there is no such file. */
export function extensionOf(disk: Reader, directory: string, { path }: Handler): Extension | undefined {
  const folder = disk.entries(join(directory, path, '..'))
  const names = new Set('value' in folder ? folder.value.map(({ name }) => name) : [])
  return EXTENSIONS.find((extension) => names.has(basename(path) + extension))
}
