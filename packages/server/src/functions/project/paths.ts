import { realpathSync } from 'node:fs'
import { dirname, sep } from 'node:path'

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

/** A directory and those above it, up to `top`; those outside of `top` are left out. */
export function directoriesUpTo(top: string, directory: string): readonly string[] {
  const found: string[] = []
  for (let at = directory; isWithin(at, top); at = dirname(at)) {
    found.push(at)
    // The directory above the topmost one is that one.
    if (at === dirname(at)) break
  }
  return found
}
