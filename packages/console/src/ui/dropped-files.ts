/** Files that were dropped or chosen, with the folders they came in. */

export interface ChosenFile {
  readonly file: File
  /** With the folders, such as `photos/2024/a.jpg`; only the name for single files. */
  readonly path: string
}

/** The part of the browser's entries that is needed. */
export interface Entry {
  readonly isFile: boolean
  readonly isDirectory: boolean
  readonly name: string
}
interface FileEntry extends Entry {
  file(done: (file: File) => void, failed: (error: unknown) => void): void
}
interface FolderEntry extends Entry {
  createReader(): { readEntries(done: (entries: readonly Entry[]) => void, failed: (error: unknown) => void): void }
}

/** Every file below some entries, in the order in which they are found. */
export async function filesOfEntries(entries: readonly Entry[], folder = ''): Promise<readonly ChosenFile[]> {
  const found: ChosenFile[] = []
  for (const entry of entries) {
    const path = `${folder}${entry.name}`
    if (entry.isFile) {
      const file = await new Promise<File>((done, failed) => (entry as FileEntry).file(done, failed))
      found.push({ file, path })
    } else if (entry.isDirectory) {
      found.push(...(await filesOfEntries(await entriesOf(entry as FolderEntry), `${path}/`)))
    }
  }
  return found
}

/** A reader gives some entries at a time, and none at the end. */
async function entriesOf(folder: FolderEntry): Promise<readonly Entry[]> {
  const reader = folder.createReader()
  const found: Entry[] = []
  for (;;) {
    const some = await new Promise<readonly Entry[]>((done, failed) => reader.readEntries(done, failed))
    if (some.length === 0) return found
    found.push(...some)
  }
}

/** What was dropped. Begin it while the event is handled: afterwards the browser forgets. */
export function filesOfDrop(data: DataTransfer): Promise<readonly ChosenFile[]> {
  const items = [...data.items].filter(({ kind }) => kind === 'file')
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (entries.length > 0) return filesOfEntries(entries)
  return Promise.resolve(filesOfList(data.files))
}

/** What was chosen in a file input, with `webkitdirectory` or without. */
export function filesOfList(list: Iterable<File> | null): readonly ChosenFile[] {
  return [...(list ?? [])].map((file) => ({
    file,
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
  }))
}
