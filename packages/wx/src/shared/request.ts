import { toArrayBuffer } from './bytes.ts'
import type { Callbacks } from './callbacks.ts'
import { requireString, WxFailure } from './failure.ts'
import { headerValue, outgoingHeaders } from './headers.ts'
import { parseHttpUrl } from './http-url.ts'
import { Listeners } from './listeners.ts'
import type { ResponseHead } from './sender.ts'
import { startTransfer, type TransferParts, type TransferTask } from './transfer.ts'

/** The methods of wx.request. PATCH is not one of them. */
const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE'])

export interface RequestOptions extends Callbacks<RequestResult> {
  url: string
  /** A string or ArrayBuffer is sent as it is, an object as a query (GET, HEAD), form or JSON. */
  data?: string | object | ArrayBuffer | undefined
  header?: Record<string, unknown> | undefined
  /** Any case; default GET. */
  method?: string | undefined
  /** `json` (default): the body is parsed if it is JSON. */
  dataType?: string | undefined
  responseType?: 'text' | 'arraybuffer' | undefined
  /** Milliseconds; default 60,000. */
  timeout?: number | undefined
  /** The bytes go to onChunkReceived, and `data` of the result is empty. */
  enableChunked?: boolean | undefined
  /** `manual`: a redirect is an answer like any other. */
  redirect?: 'follow' | 'manual' | undefined
}

export interface RequestResult extends ResponseHead {
  data: unknown
}

interface ChunkReceived {
  data: ArrayBuffer
}

export interface RequestTask extends TransferTask {
  onChunkReceived: (listener: (event: ChunkReceived) => void) => void
  offChunkReceived: (listener?: (event: ChunkReceived) => void) => void
}

/** Makes `wx.request`. Every HTTP status is a success; only a transfer that did not take place fails. */
export function createRequest<Content, Body>(
  parts: TransferParts<Content, Body>,
): (options: RequestOptions) => RequestTask {
  return (given) => {
    const options = given ?? ({} as RequestOptions)
    const chunks = new Listeners<ChunkReceived>(parts.report)
    const task = startTransfer<RequestResult>('request', options, parts, async (sendOptions) => {
      const url = parseHttpUrl(requireString(options.url, 'url'))
      const method = checkedMethod(options.method)
      const headers = outgoingHeaders(parts.identity, { 'content-type': 'application/json' }, options.header)
      const outgoing = placeData(url, method, headers, options.data)
      const { head, body } = await parts.sender.send(
        { url, method, headers, body: outgoing, followRedirects: options.redirect !== 'manual' },
        { ...sendOptions, onChunk: options.enableChunked ? (data) => chunks.emit({ data }) : undefined },
      )
      return { ...head, data: decodeBody(await parts.sender.readAll(body), options) }
    })
    return { ...task, onChunkReceived: chunks.on, offChunkReceived: chunks.off }
  }
}

/** The method in upper case; fails for one that WeChat does not have. */
function checkedMethod(given: unknown): string {
  const method = given === undefined || given === null ? 'GET' : String(given)
  if (!METHODS.has(method.toUpperCase())) throw new WxFailure(`invalid method "${method}"`)
  return method.toUpperCase()
}

/** Adds `data` to the query of `url` for GET and HEAD, and returns the body for other methods. */
function placeData(url: URL, method: string, headers: Record<string, string>, data: unknown): Uint8Array | undefined {
  const inQuery = ['GET', 'HEAD'].includes(method)
  if (data === undefined || data === null) return inQuery ? undefined : new Uint8Array()
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  if (inQuery) {
    const query = typeof data === 'object' ? toQuery(data) : String(data)
    if (query !== '') url.search += (url.search === '' ? '?' : '&') + query
    return undefined
  }
  const encoder = new TextEncoder()
  if (typeof data !== 'object') return encoder.encode(String(data))
  const isForm = /^application\/x-www-form-urlencoded/i.test(headerValue(headers, 'content-type') ?? '')
  return encoder.encode(isForm ? toQuery(data) : JSON.stringify(data))
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

/** `data` of the result: the bytes, their text, or the value of their JSON. */
function decodeBody(bytes: Uint8Array, options: RequestOptions): unknown {
  if (options.responseType === 'arraybuffer') return toArrayBuffer(bytes)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  if ((options.dataType ?? 'json') !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
