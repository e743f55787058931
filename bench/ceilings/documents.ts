/**
 * Ceiling of documents: node:http that parses the same requests. A query is a point read, answered with the stored text. An
 * update is one statement and one commit (WAL, synchronous=FULL). No login, no rules.
 * Usage: documents.ts DATABASE DOCUMENTS FILLER
 */
import { randomUUID } from 'node:crypto'
import { openDocumentTable } from './document-table.ts'
import { readJson, sendJson, serve } from './serve.ts'

const [file = '', documents = '0', filler = ''] = process.argv.slice(2)
const table = openDocumentTable(file, Number(documents), filler)

type Body =
  | { readonly action: 'database.queryDocument'; readonly query: { readonly _id: string } }
  | {
      readonly action: 'database.updateDocument'
      readonly query: { readonly _id: string }
      readonly data: { readonly $set: { readonly n: number } }
    }

serve((request, response) => {
  readJson<Body>(request, (body) => {
    const data =
      body.action === 'database.queryDocument'
        ? `{"list":[${table.read(body.query._id)}]}`
        : `{"updated":${table.update(body.query._id, body.data.$set.n)}}`
    sendJson(response, `{"data":${data},"requestId":"${randomUUID()}"}`)
  })
})
