import type { Readable } from 'node:stream'
import { toArrayBuffer } from './bytes.ts'
import { requireString } from './failure.ts'
import { outgoingHeaders } from './headers.ts'
import { exchange, type OutgoingBody } from './http-exchange.ts'
import { parseHttpUrl } from './http-url.ts'
import { Listeners } from './listeners.ts'
import {
  type ChunkReceived,
  checkedMethod,
  decodeBody,
  placeData,
  type RequestOptions,
  type RequestResult,
  type RequestTask,
} from './request-shape.ts'
import { type NetworkParts, startTransfer } from './transfer.ts'

/** Bodies are handed to the socket in pieces of this size, so that a limited or cut line acts between them. */
const BODY_CHUNK_BYTES = 64 * 1024

/** Makes `wx.request`. Every HTTP status is a success; only a transfer that did not take place fails. */
export function createRequest(parts: NetworkParts): (options: RequestOptions) => RequestTask {
  return (given) => {
    const options = given ?? ({} as RequestOptions)
    const chunks = new Listeners<ChunkReceived>(parts.report)
    const task = startTransfer<RequestResult>('request', options, parts, async (transfer) => {
      const url = parseHttpUrl(requireString(options.url, 'url'))
      const method = checkedMethod(options.method)
      const headers = outgoingHeaders(parts.identity, { 'content-type': 'application/json' }, options.header)
      const body = bytesBody(placeData(url, method, headers, options.data))
      const { head, stream } = await exchange(
        { url, method, headers, body, followRedirects: options.redirect !== 'manual' },
        transfer.line,
      )
      transfer.headersReceived(head)
      const bytes = await collect(stream, options.enableChunked ? (data) => chunks.emit({ data }) : undefined)
      return { ...head, data: decodeBody(bytes, options) }
    })
    return { ...task, onChunkReceived: chunks.on, offChunkReceived: chunks.off }
  }
}

function bytesBody(bytes: Uint8Array | undefined): OutgoingBody | undefined {
  if (bytes === undefined) return undefined
  return {
    length: bytes.length,
    chunks: async function* () {
      for (let at = 0; at < bytes.length; at += BODY_CHUNK_BYTES) yield bytes.subarray(at, at + BODY_CHUNK_BYTES)
    },
  }
}

async function collect(stream: Readable, onChunk: ((data: ArrayBuffer) => void) | undefined): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream as AsyncIterable<Buffer>) {
    if (onChunk === undefined) pieces.push(piece)
    else onChunk(toArrayBuffer(piece))
  }
  return Buffer.concat(pieces)
}
