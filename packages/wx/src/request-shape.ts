/** What wx.request puts where on the wire, and what it makes of the answer, whatever carries it. */
import { toArrayBuffer } from './bytes.ts'
import type { Callbacks } from './callbacks.ts'
import { WxFailure } from './failure.ts'
import { headerValue } from './headers.ts'
import type { TransferTask } from './transfer.ts'

/** What wx.request takes for `method`, in any case. PATCH is not among them. */
const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE'])

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
  /** Bytes arrive through onChunkReceived, and `data` of the result is empty. */
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

/** The method as the caller spelled it; fails for one that WeChat does not take. */
export function checkedMethod(given: unknown): string {
  const method = given === undefined || given === null ? 'GET' : String(given)
  if (!METHODS.has(method.toUpperCase())) throw new WxFailure(`invalid method "${method}"`)
  return method
}

/** Puts `data` where it travels: in the query of `url` for GET and HEAD, else in the body that is returned. */
export function placeData(
  url: URL,
  method: string,
  headers: Record<string, string>,
  data: unknown,
): Uint8Array | undefined {
  const inQuery = ['GET', 'HEAD'].includes(method.toUpperCase())
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

/** `data` of the result: the bytes, their text, or what their JSON says. */
export function decodeBody(bytes: Uint8Array, options: RequestOptions): unknown {
  if (options.responseType === 'arraybuffer') return toArrayBuffer(bytes)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  if ((options.dataType ?? 'json') !== 'json') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
