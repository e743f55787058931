import type { Readable } from 'node:stream'
import type { Callbacks } from './callbacks.ts'
import { requireString, WxFailure } from './failure.ts'
import { headerValue, outgoingHeaders } from './headers.ts'
import { exchange, type OutgoingBody, parseHttpUrl } from './http-exchange.ts'
import { Listeners } from './listeners.ts'
import { type NetworkParts, startTransfer, type TransferTask } from './transfer.ts'

/** What wx.request takes for `method`, in any case. PATCH is not among them. */
const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE'])
/** Bodies are handed to the socket in pieces of this size, so that a limited or cut line acts between them. */
const BODY_CHUNK_BYTES = 64 * 1024

export interface RequestOptions extends Callbacks<RequestResult> {
  url: string
  /** A string or ArrayBuffer goes out as it is; an object as a query (GET, HEAD), form or JSON. */
  data?: string | object | ArrayBuffer | undefined
  header?: Record<string, unknown> | undefined
  /** Any case; default GET. */
  method?: string | undefined
  /** `json` (default): the body is parsed when it can be. */
  dataType?: string | undefined
  responseType?: 'text' | 'arraybuffer' | undefined
  /** Milliseconds; default 60,000. */
  timeout?: number | undefined
  /** Bodies arrive through onChunkReceived, and `data` of the result is empty. */
  enableChunked?: boolean | undefined
  /** `manual`: a redirect is an answer like any other. */
  redirect?: 'follow' | 'manual' | undefined
}

export interface RequestResult {
  data: unknown
  statusCode: number
  header: Record<string, string>
  cookies: string[]
}

export interface ChunkReceived {
  data: ArrayBuffer
}

export interface RequestTask extends TransferTask {
  onChunkReceived: (listener: (event: ChunkReceived) => void) => void
  offChunkReceived: (listener?: (event: ChunkReceived) => void) => void
}

/** Makes `wx.request`. Every HTTP status is a success; only a transfer that did not take place fails. */
export function createRequest(parts: NetworkParts): (options: RequestOptions) => RequestTask {
  return (given) => {
    const options = given ?? ({} as RequestOptions)
    const chunks = new Listeners<ChunkReceived>(parts.report)
    const task = startTransfer<RequestResult>('request', options, parts, async (transfer) => {
      const url = parseHttpUrl(requireString(options.url, 'url'))
      const method = checkedMethod(options.method)
      const headers = outgoingHeaders(parts.identity, { 'content-type': 'application/json' }, options.header)
      const body = placeData(url, method, headers, options.data)
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

function checkedMethod(given: unknown): string {
  const method = given === undefined || given === null ? 'GET' : String(given)
  if (!METHODS.has(method.toUpperCase())) throw new WxFailure(`invalid method "${method}"`)
  return method
}

/** Puts `data` where it travels: in the query of `url` for GET and HEAD, else in the body that is returned. */
function placeData(url: URL, method: string, headers: Record<string, string>, data: unknown): OutgoingBody | undefined {
  const inQuery = ['GET', 'HEAD'].includes(method.toUpperCase())
  if (data === undefined || data === null) return inQuery ? undefined : bytesBody(new Uint8Array())
  if (data instanceof ArrayBuffer) return bytesBody(new Uint8Array(data))
  if (inQuery) {
    const query = typeof data === 'object' ? toQuery(data) : String(data)
    if (query !== '') url.search += (url.search === '' ? '?' : '&') + query
    return undefined
  }
  if (typeof data !== 'object') return bytesBody(Buffer.from(String(data)))
  const isForm = /^application\/x-www-form-urlencoded/i.test(headerValue(headers, 'content-type') ?? '')
  return bytesBody(Buffer.from(isForm ? toQuery(data) : JSON.stringify(data)))
}

function toQuery(data: object): string {
  return Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
      return `${encodeURIComponent(key)}=${encodeURIComponent(text)}`
    })
    .join('&')
}

function bytesBody(bytes: Uint8Array): OutgoingBody {
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

function decodeBody(bytes: Buffer, options: RequestOptions): unknown {
  if (options.responseType === 'arraybuffer') return toArrayBuffer(bytes)
  const text = bytes.toString('utf8')
  if ((options.dataType ?? 'json') !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A copy of `bytes` as the exact ArrayBuffer that WeChat hands out. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length)
  new Uint8Array(copy).set(bytes)
  return copy
}
