/**
 * Ceiling of a download: node:http that opens the file and gets its length. A small file is read whole and sent with its head;
 * a large one is read and sent in turn, through one buffer.
 * Usage: get.ts DIRECTORY
 */
import { close, fstat, open, read } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { serve } from './serve.ts'

const directory = process.argv[2] ?? ''
/** Whole files up to this size. Streaming 10 KiB takes three times the processor time. */
const WHOLE_BYTES = 256 * 1024
/** Larger buffers were not faster; pieces of 256 KiB took a quarter more processor time. */
const PIECE_BYTES = 1024 * 1024

serve((request, response) => {
  open(join(directory, (request.url ?? '').slice(1)), 'r', (error, fd) => {
    if (error) {
      response.writeHead(404, { 'content-length': 0 }).end()
      return
    }
    response.once('close', () => close(fd, ignore))
    fstat(fd, (error, stats) => {
      if (error) {
        response.destroy(error)
        return
      }
      const { size } = stats
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': size })
      send(fd, size, response)
    })
  })
})

function send(fd: number, size: number, response: ServerResponse): void {
  const buffer = size > WHOLE_BYTES ? Buffer.allocUnsafeSlow(PIECE_BYTES) : Buffer.allocUnsafe(size)
  let sent = 0
  const next = () => {
    read(fd, buffer, 0, buffer.length, sent, (error, count) => {
      if (error || (count === 0 && sent < size)) {
        response.destroy(error ?? new Error('the file is shorter than it was'))
        return
      }
      sent += count
      const piece = count === buffer.length ? buffer : buffer.subarray(0, count)
      if (sent === size) response.end(piece)
      else response.write(piece, (error) => (error ? response.destroy(error) : next()))
    })
  }
  next()
}

/** A file that cannot be closed has been sent nevertheless. */
function ignore(): void {}
