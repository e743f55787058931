import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'

/** Folders whose changes are none of the program's, and too many to watch. */
const NOT_WATCHED = /^(node_modules|miniprogram_npm|\..*)$/

/** Folders to watch: `shallow` ones for their own files, `deep` ones with all that is in them. */
export interface WatchedFolders {
  readonly shallow: readonly string[]
  readonly deep: readonly string[]
}

/** Tells of changes in folders, each watched by itself: a recursive watch would take in all of node_modules. */
export class FolderWatch {
  readonly #onChange: () => void
  /** By path; a folder that was removed and made anew is another one, and its old watcher is deaf. */
  readonly #watchers = new Map<string, { readonly identity: string; readonly watcher: FSWatcher }>()

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /**
   * Watches these folders as they are now; call it again after every change, for folders that are new. True when there
   * were such: what happened in them before nobody has told.
   */
  update({ shallow, deep }: WatchedFolders): boolean {
    const wanted = new Map<string, string>()
    for (const folder of shallow) addFolder(folder, wanted)
    for (const folder of deep) addTree(folder, wanted)
    for (const [folder, { identity, watcher }] of this.#watchers) {
      if (wanted.get(folder) === identity) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
    const unknown = [...wanted].filter(([folder]) => !this.#watchers.has(folder))
    for (const [folder, identity] of unknown) this.#watch(folder, identity)
    return unknown.length > 0
  }

  close(): void {
    this.update({ shallow: [], deep: [] })
  }

  #watch(folder: string, identity: string): void {
    const watcher = watch(folder, (_event, name) => {
      if (name === null || !NOT_WATCHED.test(name)) this.#onChange()
    })
    // A folder that disappears is told by the one above it.
    watcher.on('error', () => watcher.close())
    this.#watchers.set(folder, { identity, watcher })
  }
}

function addFolder(folder: string, to: Map<string, string>): boolean {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found?.isDirectory() !== true) return false
  // File systems give a new folder the inode of one that was just removed.
  to.set(folder, `${found.ino} ${found.birthtimeMs}`)
  return true
}

function addTree(folder: string, to: Map<string, string>): void {
  if (!addFolder(folder, to)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !NOT_WATCHED.test(entry.name)) addTree(join(folder, entry.name), to)
  }
}
