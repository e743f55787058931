/**
 * Ceiling of an upload: node:http that writes the body to a temporary file, datasyncs and renames it, and syncs the directory.
 * A small body is one write; of a large one, a piece is written while the next arrives. Nothing is hashed. POST returns an
 * upload URL with an HMAC (the ticket); PUT accepts the bytes at any path.
 * Usage: upload.ts DIRECTORY
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { close, fdatasync, fsync, open, openSync, rename, writev } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { readJson, sendJson, serve } from './serve.ts'
import { sharedSync } from './shared-sync.ts'

const directory = process.argv[2] ?? ''
/** A body that is longer is written in pieces of at least this size. Pieces of 4 MiB took twice as long. */
const PIECE_BYTES = 1024 * 1024
// A key object, since an HMAC with raw bytes as its key costs six times as much.
const key = createSecretKey(randomBytes(32))
const directoryFd = openSync(directory, 'r')
const syncDirectory = sharedSync((done) => fsync(directoryFd, done))
let count = 0

serve((request, response) => {
  if (request.method === 'POST') issue(request, response)
  else store(request, response)
})

function issue(request: IncomingMessage, response: ServerResponse): void {
  readJson<{ readonly path: string }>(request, ({ path }) => {
    const claims = Buffer.from(JSON.stringify([path, Date.now() + 900_000])).toString('base64url')
    const signature = createHmac('sha256', key).update(claims).digest('base64url')
    sendJson(response, `{"data":{"url":"http://${request.headers.host}/u/${claims}.${signature}"}}`)
  })
}

function store(request: IncomingMessage, response: ServerResponse): void {
  const path = join(directory, String(++count))
  const temporary = `${path}.tmp`
  const fail = (error: Error) => {
    response.writeHead(500, { 'content-length': 0 }).end()
    request.destroy(error)
  }
  const writeBody = receive(request)
  open(temporary, 'wx', (error, fd) => {
    if (error) return fail(error)
    writeBody(fd, (error) => {
      if (error) return fail(error)
      fdatasync(fd, (error) => {
        if (error) return fail(error)
        // Nobody waits for it: the bytes are on the disk.
        close(fd, () => {})
        rename(temporary, path, (error) => {
          if (error) return fail(error)
          syncDirectory((error) => {
            if (error) return fail(error)
            response.writeHead(200, { 'content-length': 0 }).end()
          })
        })
      })
    })
  })
}

/** Receives a body from now on, at most a piece more than can be written. */
function receive(request: IncomingMessage): (fd: number, done: (error: Error | null) => void) => void {
  let held: Buffer[] = []
  let size = 0
  let ended = false
  let advance = () => {
    if (size >= PIECE_BYTES) request.pause()
  }
  request.on('data', (chunk: Buffer) => {
    held.push(chunk)
    size += chunk.length
    advance()
  })
  request.on('end', () => {
    ended = true
    advance()
  })

  return (fd, done) => {
    const wait = advance
    const write = () => {
      if (size < PIECE_BYTES && !ended) return
      if (size === 0) return done(null)
      const pieces = held
      held = []
      size = 0
      advance = wait
      request.resume()
      writev(fd, pieces, (error) => {
        if (error) return done(error)
        advance = write
        write()
      })
    }
    advance = write
    write()
  }
}
