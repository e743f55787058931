import { dirname, resolve } from 'node:path'
import { close, fsync, mkdir, open } from '../files.ts'

/** Windows cannot open a directory in order to sync it; NTFS journals renames itself. */
const DIRECTORIES_CAN_BE_SYNCED = process.platform !== 'win32'

/**
 * Shares the syncs of one directory between concurrent callers. A caller is covered by a sync that begins after its call,
 * never by one that was already running, which may not include the caller's rename. When a sync fails, it fails for all
 * callers that it covers.
 *
 * @example
 * const sync = shareSync(() => fsync(directoryFd))
 * await rename(temp, inDirectory)
 * await sync()
 */
export function shareSync(syncNow: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  function begin(): Promise<void> {
    const mine = syncNow()
    running = mine
    const ended = () => {
      if (running === mine) running = undefined
    }
    mine.then(ended, ended)
    return mine
  }

  return () => {
    if (next !== undefined) return next
    if (running === undefined) return begin()
    const beginNext = () => {
      next = undefined
      return begin()
    }
    next = running.then(beginNext, beginNext)
    return next
  }
}

/** A directory that is kept open, so that a sync is one call. */
export interface OpenDirectory {
  /** Resolves when every entry that was made before this call survives a power loss. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Opens a directory for shared syncs. */
export async function openDirectory(path: string): Promise<OpenDirectory> {
  if (!DIRECTORIES_CAN_BE_SYNCED) return { sync: async () => {}, close: async () => {} }
  const fd = await open(path, 'r')
  return { sync: shareSync(() => fsync(fd)), close: () => close(fd) }
}

/** Syncs a directory once. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await openDirectory(path)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Makes a directory and its missing parents (mode 0700), and syncs every new entry. */
export async function makeDirectory(path: string): Promise<void> {
  const target = resolve(path)
  const first = await mkdir(target, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  const top = dirname(resolve(first))
  for (let at = dirname(target); ; at = dirname(at)) {
    await syncDirectory(at)
    if (at === top || at === dirname(at)) return
  }
}
