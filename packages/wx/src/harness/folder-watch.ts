import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'

/** Folders outside of the program, and too large to watch. */
const NOT_WATCHED = /^(node_modules|miniprogram_npm|\..*)$/

/** Folders to watch: `shallow` without, `deep` with their subfolders. */
export interface WatchedFolders {
  readonly shallow: readonly string[]
  readonly deep: readonly string[]
}

/** Watches each folder separately, since a recursive watch would include node_modules. */
export class FolderWatch {
  readonly #onChange: (path: string) => void
  /** By path. The watcher of a folder that was deleted and created again has to be replaced. */
  readonly #watchers = new Map<string, { readonly identity: string; readonly watcher: FSWatcher }>()

  /** `onChange` gets the path of what changed, or of its folder where the system does not say more. */
  constructor(onChange: (path: string) => void) {
    this.#onChange = onChange
  }

  /**
   * Watches these folders and their current subfolders. Call it again after every change. Returns true if there were new
   * folders, whose earlier changes were not reported.
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
      if (name === null || !NOT_WATCHED.test(name)) this.#onChange(join(folder, name ?? ''))
    })
    // The watcher of the parent reports the deletion of a folder.
    watcher.on('error', () => watcher.close())
    this.#watchers.set(folder, { identity, watcher })
  }
}

function addFolder(folder: string, to: Map<string, string>): boolean {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found?.isDirectory() !== true) return false
  // A file system may reuse the inode of a folder that was just deleted.
  to.set(folder, `${found.ino} ${found.birthtimeMs}`)
  return true
}

function addTree(folder: string, to: Map<string, string>): void {
  if (!addFolder(folder, to)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !NOT_WATCHED.test(entry.name)) addTree(join(folder, entry.name), to)
  }
}
