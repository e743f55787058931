/** Files and directories of a project, read again only when they have changed. */
import { type Dirent, readdirSync, readFileSync, type Stats, statSync } from 'node:fs'

/** Bytes of a file of the configuration. The largest that a person writes has a hundredth of them. */
const MAX_FILE_BYTES = 1_000_000

/**
 * Milliseconds. A file that was changed so shortly before it was read may change again without any sign, because the clock
 * of a file system moves in steps of up to 10 ms.
 */
const UNSETTLED_MS = 20

/** What is at a path: its content, nothing, or why it cannot be read. */
type Read<T> = { readonly value: T } | { readonly absent: true } | { readonly failure: string }

/** Reads files and directories. Nothing throws for what is on the disk. */
export interface Reader {
  /** The text of a file of at most 1 MB. */
  text(path: string): Read<string>
  /** The entries of a directory. */
  entries(path: string): Read<readonly Dirent[]>
}

/** Knows whether anything that it has read since `restart` has changed meanwhile. */
export interface Disk extends Reader {
  /** A reader whose files belong to one part only. */
  part(name: string): Reader
  /**
   * Whether something that was read since `restart` has changed. Costs one `stat` for each.
   *
   * @param part of all parts, only this one is looked at
   */
  changed(part?: string): boolean
  /** Forgets what is to be looked at for changes. Contents that have not changed are not read again. */
  restart(): void
}

interface Seen {
  readonly path: string
  readonly stats: Stats | undefined
  /** Whether it may have changed since without any sign. */
  readonly unsettled: boolean
  readonly read: Read<string> | Read<readonly Dirent[]>
}

type SeenByPath = Map<string, Seen>

export function createDisk(now: () => number = Date.now): Disk {
  let before: SeenByPath = new Map()
  let common: SeenByPath = new Map()
  let parts = new Map<string, SeenByPath>()

  function readerOf(seen: () => SeenByPath): Reader {
    function look<R extends Read<string> | Read<readonly Dirent[]>>(path: string, read: (stats: Stats) => R): R {
      const stats = statsOf(path)
      const known = seen().get(path) ?? before.get(path)
      if (known !== undefined && !known.unsettled && isSame(known.stats, stats)) {
        seen().set(path, known)
        return known.read as R
      }
      const unsettled = stats !== undefined && Math.abs(now() - stats.ctimeMs) < UNSETTLED_MS
      const fresh = stats === undefined ? missing(path) : read(stats)
      seen().set(path, { path, stats, unsettled, read: fresh })
      return fresh as R
    }

    return {
      text: (path) =>
        look<Read<string>>(path, (stats) => {
          // Reading a pipe would wait for its writer.
          if (!stats.isFile()) return { failure: 'it is not a file' }
          if (stats.size > MAX_FILE_BYTES) return { failure: `it is larger than ${MAX_FILE_BYTES} bytes` }
          return attempt(() => readFileSync(path, 'utf8'))
        }),
      entries: (path) =>
        look<Read<readonly Dirent[]>>(path, (stats) => {
          if (!stats.isDirectory()) return { failure: 'it is not a directory' }
          return attempt(() => readdirSync(path, { withFileTypes: true }))
        }),
    }
  }

  return {
    ...readerOf(() => common),
    part(name) {
      const seen = parts.get(name) ?? new Map()
      parts.set(name, seen)
      return readerOf(() => seen)
    },
    changed(part) {
      if (hasChanged(common)) return true
      if (part !== undefined) return hasChanged(parts.get(part) ?? new Map())
      for (const seen of parts.values()) if (hasChanged(seen)) return true
      return false
    },
    restart() {
      before = new Map([...common, ...[...parts.values()].flatMap((seen) => [...seen])])
      common = new Map()
      parts = new Map()
    },
  }
}

function hasChanged(seen: SeenByPath): boolean {
  for (const { path, stats, unsettled } of seen.values()) {
    if (unsettled || !isSame(stats, statsOf(path))) return true
  }
  return false
}

const OR_NOTHING = { throwIfNoEntry: false } as const

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, OR_NOTHING)
  } catch {
    return undefined
  }
}

/** The time of the last change of the inode tells of edits that keep the size and the time of the file. */
function isSame(a: Stats | undefined, b: Stats | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.size === b.size && a.ino === b.ino
}

/** Whether there is nothing, or something that may not be looked at. */
function missing(path: string): Read<never> {
  try {
    statSync(path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? { absent: true } : { failure: code }
  }
  return { absent: true }
}

function attempt<T>(read: () => T): Read<T> {
  try {
    return { value: read() }
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? { absent: true } : { failure: code }
  }
}
