import { realpathSync } from 'node:fs'
import { sep } from 'node:path'

/** Whether a path is a directory or something in it. Both are without symbolic links. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/** A path without symbolic links; undefined when it leads nowhere. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
