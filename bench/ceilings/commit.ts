/**
 * Ceiling of a durable update: node:http that parses the same request and makes one SQLite commit per request (WAL,
 * synchronous=FULL).
 * Usage: commit.ts DATABASE DOCUMENTS FILLER
 */

import { openDocumentTable } from './document-table.ts'
import { readJson, sendJson, serve } from './serve.ts'

const [file = '', documents = '0', filler = ''] = process.argv.slice(2)
const table = openDocumentTable(file, Number(documents), filler)

serve((request, response) => {
  readJson(request, (body) => {
    const { query, data } = body as { query: { _id: string }; data: { $set: { n: number } } }
    sendJson(response, { data: { updated: table.update(query._id, data.$set.n) }, requestId: 'none' })
  })
})
