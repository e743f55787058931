/** The documents of the SQLite ceilings: one table, point read and update by key, durable commits. */
import { DatabaseSync } from 'node:sqlite'

/** The server adds the owner to each document. */
const OWNER = 'm3wb44q6ghpuztjcp28q24zcfkxa7b8v'

export interface DocumentTable {
  /** The document as JSON text. */
  read(id: string): string
  /** Sets one field in its own commit. Returns the number of changed documents. */
  update(id: string, n: number): number
}

export function openDocumentTable(file: string, documents: number, filler: string): DocumentTable {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec('CREATE TABLE documents (id TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID; BEGIN')
  const insert = db.prepare('INSERT INTO documents VALUES (?, ?)')
  for (let n = 0; n < documents; n += 1)
    insert.run(`doc${n}`, JSON.stringify({ _id: `doc${n}`, _openid: OWNER, n, filler }))
  db.exec('COMMIT')
  const select = db.prepare('SELECT value FROM documents WHERE id = ?')
  const set = db.prepare("UPDATE documents SET value = json_set(value, '$.n', ?) WHERE id = ?")
  return {
    read: (id) => (select.get(id) as { value: string }).value,
    update: (id, n) => Number(set.run(n, id).changes),
  }
}
