import { WxFailure } from '../../../src/failure.ts'
import { networkFailure } from '../../../src/network-lane.ts'
import { delay } from '../../../src/timers.ts'
import type { Line, ResponseHead } from '../../../src/transfer.ts'

/** What a browser does not let a page set; trying only fills the console with errors. */
const FORBIDDEN = new Set([
  'accept-charset',
  'accept-encoding',
  'connection',
  'content-length',
  'cookie',
  'date',
  'dnt',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
])
const FORBIDDEN_PREFIX = /^(proxy-|sec-|access-control-request-)/
/** How often a slow line moves on. */
const PACE_MS = 100

/** One HTTP request as the browser sends it. */
export interface XhrRequest {
  url: URL
  method: string
  headers: Record<string, string>
  body: ArrayBuffer | FormData | undefined
  /** What the body weighs on a slow line. */
  bodyBytes: number
}

/** Who wants to know what on the way. */
export interface XhrHooks {
  onHead: (head: ResponseHead) => void
  /** Bytes of the body so far, and of the whole body, as the browser counts them. */
  onSent?: (sent: number, total: number) => void
  /** Bytes received so far, and 0 or the expected length. */
  onReceived?: (received: number, expected: number) => void
  /** Receives the body piece by piece instead of the result. */
  onChunk?: ((data: ArrayBuffer) => void) | undefined
}

/** The whole answer. */
export interface XhrAnswer {
  head: ResponseHead
  body: Blob
}

/** Sends `request` over XMLHttpRequest: any status is an answer; rejects when there is none, or with the signal's reason. */
export async function sendXhr(request: XhrRequest, line: Line, hooks: XhrHooks): Promise<XhrAnswer> {
  await pace(request.bodyBytes, line, hooks.onSent)
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const onAbort = (): void => {
      reject(line.signal.reason)
      xhr.abort()
    }
    if (line.signal.aborted) return onAbort()
    xhr.open(request.method, request.url.href)
    for (const [name, value] of Object.entries(request.headers)) if (mayBeSet(name)) xhr.setRequestHeader(name, value)
    const { onSent, onReceived, onChunk } = hooks
    // A string in which every character is a byte is the one form that can be read while it arrives.
    if (onChunk !== undefined) xhr.overrideMimeType('text/plain; charset=x-user-defined')
    else xhr.responseType = 'blob'
    const takeChunk = chunkReader(xhr, onChunk)
    if (onSent !== undefined) xhr.upload.onprogress = ({ loaded, total }) => onSent(loaded, total)
    xhr.onprogress = ({ loaded, total, lengthComputable }) => {
      takeChunk()
      onReceived?.(loaded, lengthComputable ? total : 0)
    }
    xhr.onreadystatechange = () => {
      if (xhr.readyState === XMLHttpRequest.HEADERS_RECEIVED && xhr.status > 0) hooks.onHead(headOf(xhr))
    }
    xhr.onload = () => {
      takeChunk()
      resolve({ head: headOf(xhr), body: onChunk === undefined ? xhr.response : new Blob() })
    }
    xhr.onerror = () => reject(networkFailure(-2, 'ERR_FAILED'))
    xhr.onloadend = () => line.signal.removeEventListener('abort', onAbort)
    line.signal.addEventListener('abort', onAbort, { once: true })
    xhr.send(request.body ?? null)
  })
}

/** Words what the browser throws as WeChat words it; failures that are already ours pass through. */
export function asBrowserFailure(thrown: unknown): WxFailure {
  if (thrown instanceof WxFailure) return thrown
  return networkFailure(-2, `ERR_FAILED (${thrown instanceof Error ? thrown.message : String(thrown)})`)
}

function mayBeSet(name: string): boolean {
  const lower = name.toLowerCase()
  return !FORBIDDEN.has(lower) && !FORBIDDEN_PREFIX.test(lower)
}

/**
 * A page cannot slow down a request that is on its way, so a slow line holds it before: an upload that is aborted or
 * cut in the meantime never reaches the server, as it would not have been complete there.
 */
async function pace(bytes: number, line: Line, onSent: XhrHooks['onSent']): Promise<void> {
  let sent = 0
  while (sent < bytes) {
    const { uploadBytesPerSecond, cutUploadAfterBytes } = line.conditions()
    const step = Math.min((uploadBytesPerSecond * PACE_MS) / 1000, bytes - sent)
    if (sent + step > cutUploadAfterBytes) throw networkFailure(-101, 'ERR_CONNECTION_RESET')
    if (!Number.isFinite(uploadBytesPerSecond)) return
    await delay((step / uploadBytesPerSecond) * 1000, line.signal)
    sent += step
    // The last byte is told by the browser, when it is gone.
    onSent?.(Math.min(Math.floor(sent), bytes - 1), bytes)
  }
}

function chunkReader(xhr: XMLHttpRequest, onChunk: XhrHooks['onChunk']): () => void {
  let taken = 0
  return () => {
    if (onChunk === undefined) return
    const text = xhr.responseText.slice(taken)
    taken += text.length
    if (text !== '') onChunk(bytesOfBinaryText(text).buffer)
  }
}

/** The bytes behind a text that was decoded as `x-user-defined`. */
export function bytesOfBinaryText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index) & 0xff
  return bytes
}

function headOf(xhr: XMLHttpRequest): ResponseHead {
  const lines = xhr.getAllResponseHeaders().trim().split(/\r\n/)
  const pairs = lines.filter((text) => text.includes(':')).map((text) => splitOnce(text))
  return { statusCode: xhr.status, header: Object.fromEntries(pairs), cookies: [] }
}

function splitOnce(text: string): [name: string, value: string] {
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1).trim()]
}
