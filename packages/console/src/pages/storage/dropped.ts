/** What somebody drops or chooses, as files with their paths below the folder that is shown. */

export interface FileToUpload {
  readonly file: File
  /** Relative: `photos/1.jpg` of a folder, or the name. */
  readonly path: string
}

/** Files of an input; those of a chosen folder come with their place in it. */
export function chosenFiles(list: FileList | null): readonly FileToUpload[] {
  return [...(list ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }))
}

/** Whether a drag carries files, and not a text or a link. */
export function carriesFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') === true
}

/**
 * Files and whole folders of a drop. The entries have to be taken at once: the browser clears them after the event.
 */
export function droppedFiles(transfer: DataTransfer): Promise<readonly FileToUpload[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const found = items.map((item) => {
    const entry = item.webkitGetAsEntry()
    if (entry !== null) return filesIn(entry, '')
    const file = item.getAsFile()
    return Promise.resolve(file === null ? [] : [{ file, path: file.name }])
  })
  return Promise.all(found).then((all) => all.flat())
}

async function filesIn(entry: FileSystemEntry, before: string): Promise<readonly FileToUpload[]> {
  const path = before + entry.name
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    return [{ file, path }]
  }
  const found: FileToUpload[] = []
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  for (;;) {
    // It hands out a hundred at a time; none is the end.
    const some = await new Promise<readonly FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return found
    for (const one of some) found.push(...(await filesIn(one, `${path}/`)))
  }
}
