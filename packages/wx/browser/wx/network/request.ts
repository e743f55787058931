import { toArrayBuffer } from '../../../src/bytes.ts'
import { requireString } from '../../../src/failure.ts'
import { outgoingHeaders } from '../../../src/headers.ts'
import { parseHttpUrl } from '../../../src/http-url.ts'
import { Listeners } from '../../../src/listeners.ts'
import {
  type ChunkReceived,
  checkedMethod,
  decodeBody,
  placeData,
  type RequestOptions,
  type RequestResult,
  type RequestTask,
} from '../../../src/request-shape.ts'
import { type NetworkParts, startTransfer } from '../../../src/transfer.ts'
import { sendXhr } from './xhr.ts'

/** Makes `wx.request` over XMLHttpRequest. */
export function createRequest(parts: NetworkParts): (options: RequestOptions) => RequestTask {
  return (given) => {
    const options = given ?? ({} as RequestOptions)
    const chunks = new Listeners<ChunkReceived>(parts.report)
    const task = startTransfer<RequestResult>('request', options, parts, async (transfer) => {
      const url = parseHttpUrl(requireString(options.url, 'url'))
      const method = checkedMethod(options.method).toUpperCase()
      const headers = outgoingHeaders(parts.identity, { 'content-type': 'application/json' }, options.header)
      const bytes = placeData(url, method, headers, options.data)
      const body = bytes === undefined ? undefined : toArrayBuffer(bytes)
      const { head, body: answer } = await sendXhr(
        { url, method, headers, body, bodyBytes: body?.byteLength ?? 0 },
        transfer.line,
        {
          onHead: transfer.headersReceived,
          onChunk: options.enableChunked ? (data) => chunks.emit({ data }) : undefined,
        },
      )
      return { ...head, data: decodeBody(new Uint8Array(await answer.arrayBuffer()), options) }
    })
    return { ...task, onChunkReceived: chunks.on, offChunkReceived: chunks.off }
  }
}
