/**
 * Ceiling of temporary URLs: node:http that parses the same request, reads the records of all its files by key with one
 * statement of node:sqlite, makes one HMAC per file and answers the same JSON. No login, no rules.
 * Usage: urls.ts DATABASE FILE_WITH_FILE_IDS (a JSON list)
 */
import { createHmac, createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { readJson, sendJson, serve } from './serve.ts'

const [database = '', list = ''] = process.argv.slice(2)
const db = new DatabaseSync(database)
db.exec(
  'PRAGMA journal_mode = WAL; CREATE TABLE files (id TEXT PRIMARY KEY, object TEXT, value TEXT) WITHOUT ROWID; BEGIN',
)
const insert = db.prepare('INSERT INTO files VALUES (?, ?, ?)')
for (const id of JSON.parse(readFileSync(list, 'utf8')) as string[]) {
  insert.run(id, randomBytes(16).toString('hex'), JSON.stringify({ id, size: 1024, filler: 'x'.repeat(250) }))
}
db.exec('COMMIT')
/** In the order of the list. As 50 statements it takes three times as long, most of it to lock and unlock. */
const byIds = db.prepare('SELECT object FROM json_each(?) AS asked LEFT JOIN files ON files.id = asked.value')
// A key object, since an HMAC with raw bytes as its key costs six times as much.
const key = createSecretKey(randomBytes(32))

interface Body {
  readonly file_list: readonly { readonly fileid: string; readonly max_age: number }[]
}

serve((request, response) => {
  const origin = `http://${request.headers.host}`
  readJson<Body>(request, ({ file_list }) => {
    const now = Math.ceil(Date.now() / 1000)
    const found = byIds.all(JSON.stringify(file_list.map(({ fileid }) => fileid))) as { object: string }[]
    const download_list = file_list.map(({ fileid, max_age }, n) => {
      const pathname = `/o/${found[n]?.object}/file.jpg`
      const t = now + max_age
      const sign = createHmac('sha256', key).update(`${pathname}\n${t}`).digest('hex').slice(0, 32)
      const url = `${origin}${pathname}?sign=${sign}&t=${t}`
      return {
        fileID: fileid,
        fileid,
        code: 'SUCCESS',
        message: '',
        tempFileURL: url,
        download_url: url,
        maxAge: max_age,
      }
    })
    sendJson(response, JSON.stringify({ data: { download_list }, requestId: randomUUID() }))
  })
})
