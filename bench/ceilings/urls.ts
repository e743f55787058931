/**
 * Ceiling of temporary URLs: node:http that parses the same request, reads the record of each file by key with node:sqlite,
 * makes one HMAC per file and answers the same JSON. No login, no rules.
 * Usage: urls.ts DATABASE FILE_WITH_FILE_IDS (a JSON list)
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
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
const byId = db.prepare('SELECT object, value FROM files WHERE id = ?')
// A key object, since an HMAC with raw bytes as its key costs six times as much.
const key = createSecretKey(randomBytes(32))

serve((request, response) => {
  const origin = `http://${request.headers.host}`
  readJson(request, (body) => {
    const { file_list } = body as { file_list: { fileid: string; max_age: number }[] }
    const expires = Math.ceil(Date.now() / 1000)
    const download_list = file_list.map(({ fileid, max_age }) => {
      const { object } = byId.get(fileid) as { object: string }
      const t = expires + max_age
      const pathname = `/o/${object}/file.jpg`
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
    sendJson(response, { data: { download_list }, requestId: 'none' })
  })
})
