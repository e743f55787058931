/** Files that were dropped or chosen, with the folders they came in. */

export interface ChosenFile {
  readonly file: File
  /** With the folders, such as `photos/2024/a.jpg`. Single files have only their name. */
  readonly path: string
}

/** The part of the browser's entries that is used here. */
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

/** Every file below some entries, in the order of the entries. */
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

/** Reads all entries of a folder. A reader returns some at a time, and none at the end. */
async function entriesOf(folder: FolderEntry): Promise<readonly Entry[]> {
  const reader = folder.createReader()
  const found: Entry[] = []
  for (;;) {
    const some = await new Promise<readonly Entry[]>((done, failed) => reader.readEntries(done, failed))
    if (some.length === 0) return found
    found.push(...some)
  }
}

/** Whether a drag carries files, and not a text or a link. */
export function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true
}

/** The files of a drop, with folders and all. Call it during the event: afterwards the browser clears the data. */
export function filesOfDrop(data: DataTransfer): Promise<readonly ChosenFile[]> {
  const items = [...data.items].filter(({ kind }) => kind === 'file')
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (entries.length > 0) return filesOfEntries(entries)
  return Promise.resolve(filesOfList(data.files))
}

/** The files that were chosen in a file input, with `webkitdirectory` or without. */
export function filesOfList(list: Iterable<File> | null): readonly ChosenFile[] {
  return [...(list ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }))
}
