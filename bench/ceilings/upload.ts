/**
 * Ceiling of an upload: node:http that writes the body, datasyncs, renames and syncs the directory for each request. POST
 * returns an upload URL with an HMAC (the ticket); PUT accepts the bytes at any path.
 * Usage: upload.ts DIRECTORY
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { close, fdatasync, fsync, open, rename, writev } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readBody, readJson, sendJson, serve } from './serve.ts'

const file = {
  open: promisify(open),
  writev: promisify(writev),
  datasync: promisify(fdatasync),
  sync: promisify(fsync),
  close: promisify(close),
  rename: promisify(rename),
}
const directory = process.argv[2] ?? ''
// A key object, since an HMAC with raw bytes as its key costs six times as much.
const key = createSecretKey(randomBytes(32))
let count = 0

serve((request, response) => {
  if (request.method === 'POST') issue(request, response)
  else readBody(request, (chunks) => void store(chunks, response))
})

function issue(request: IncomingMessage, response: ServerResponse): void {
  readJson(request, (body) => {
    const { path } = body as { path: string }
    const claims = Buffer.from(JSON.stringify({ path, expires: Date.now() + 900_000 })).toString('base64url')
    const signature = createHmac('sha256', key).update(claims).digest('hex')
    sendJson(response, { data: { url: `http://${request.headers.host}/u/${claims}.${signature}` } })
  })
}

async function store(chunks: Buffer[], response: ServerResponse): Promise<void> {
  const name = `${process.pid}-${++count}`
  const temp = join(directory, `${name}.tmp`)
  const fd = await file.open(temp, 'wx')
  await file.writev(fd, chunks)
  await file.datasync(fd)
  await file.close(fd)
  await file.rename(temp, join(directory, name))
  const dir = await file.open(directory, 'r')
  await file.sync(dir)
  await file.close(dir)
  response.writeHead(200, { 'content-length': 0 })
  response.end()
}
