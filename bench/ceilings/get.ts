/**
 * Ceiling of a download: node:http that gets the length of the file and streams it in pieces of 256 KiB.
 * Usage: get.ts DIRECTORY
 */
import { createReadStream, stat } from 'node:fs'
import { join } from 'node:path'
import { serve } from './serve.ts'

const directory = process.argv[2] ?? ''

serve((request, response) => {
  const path = join(directory, (request.url ?? '').slice(1))
  stat(path, (error, stats) => {
    if (error) {
      response.writeHead(404, { 'content-length': 0 }).end()
      return
    }
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': stats.size })
    createReadStream(path, { highWaterMark: 256 * 1024 }).pipe(response)
  })
})
