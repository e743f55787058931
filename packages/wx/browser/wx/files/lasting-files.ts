import type { ReportCallbackError } from '../../../src/shared/callbacks.ts'
import type { FileNode, LastingFiles } from './browser-files.ts'

const STORE = 'files'

/**
 * Opens the program's own and saved files of `user` in IndexedDB: all are read at the start, and every change is written in
 * the background. Without IndexedDB (in private windows) the files are lost with the page.
 */
export async function openLastingFiles(user: string, report: ReportCallbackError): Promise<LastingFiles> {
  try {
    const database = await open(`cloudstead.wx/${user}`)
    return new StoredFiles(database, await readAll(database), report)
  } catch (error) {
    report(error)
    return new Map()
  }
}

class StoredFiles extends Map<string, FileNode> {
  readonly #database: IDBDatabase
  readonly #report: ReportCallbackError

  constructor(database: IDBDatabase, nodes: Iterable<[string, FileNode]>, report: ReportCallbackError) {
    super()
    for (const [path, node] of nodes) super.set(path, node)
    this.#database = database
    this.#report = report
  }

  override set(path: string, node: FileNode): this {
    this.#write((store) => store.put(node, path))
    return super.set(path, node)
  }

  override delete(path: string): boolean {
    if (this.has(path)) this.#write((store) => store.delete(path))
    return super.delete(path)
  }

  #write(change: (store: IDBObjectStore) => IDBRequest): void {
    const transaction = this.#database.transaction(STORE, 'readwrite')
    transaction.onerror = () => this.#report(transaction.error)
    change(transaction.objectStore(STORE))
  }
}

async function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE)
  return done(request)
}

async function readAll(database: IDBDatabase): Promise<[string, FileNode][]> {
  const store = database.transaction(STORE).objectStore(STORE)
  const [paths, nodes] = await Promise.all([done(store.getAllKeys()), done<FileNode[]>(store.getAll())])
  return nodes.map((node, index) => [String(paths[index]), node])
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
