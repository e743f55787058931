import { toArrayBuffer } from '../../../src/shared/bytes.ts'
import { networkFailure, unknownNetworkFailure, WxFailure } from '../../../src/shared/failure.ts'
import type { OutgoingRequest, ResponseHead, Sender, SendOptions } from '../../../src/shared/sender.ts'
import { delay } from '../../../src/shared/timers.ts'
import { bytesOfBinaryText } from './binary-text.ts'

/** Headers that a page cannot set; trying to only logs errors. */
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
/** How often an upload over a slow network reports progress. */
const PACE_MS = 100

/** Real HTTP over XMLHttpRequest; files and bodies are Blobs. */
export const xhrSender: Sender<Blob, Blob> = {
  send,
  readAll: async (body) => new Uint8Array(await body.arrayBuffer()),
  asFailure: (thrown) => (thrown instanceof WxFailure ? thrown : unknownNetworkFailure(thrown)),
}

async function send(
  { url, method, headers, body }: OutgoingRequest<Blob>,
  options: SendOptions,
): Promise<{ head: ResponseHead; body: Blob }> {
  const { signal, onHead, onReceived, onChunk } = options
  const onSent = increasing(options.onSent)
  await pace(sizeOf(body), options, onSent)
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    const onAbort = (): void => {
      reject(signal.reason)
      xhr.abort()
    }
    if (signal.aborted) return onAbort()
    xhr.open(method, url.href)
    for (const [name, value] of Object.entries(headers)) if (mayBeSet(name)) xhr.setRequestHeader(name, value)
    // A string with one character per byte is the only form that can be read while it arrives.
    if (onChunk !== undefined) xhr.overrideMimeType('text/plain; charset=x-user-defined')
    else xhr.responseType = 'blob'
    const takeChunk = chunkReader(xhr, onChunk)
    if (onSent !== undefined) xhr.upload.onprogress = ({ loaded, total }) => onSent(loaded, total)
    xhr.onprogress = ({ loaded, total, lengthComputable }) => {
      takeChunk()
      onReceived?.(loaded, lengthComputable ? total : 0)
    }
    xhr.onreadystatechange = () => {
      if (xhr.readyState === XMLHttpRequest.HEADERS_RECEIVED && xhr.status > 0) onHead(headOf(xhr))
    }
    xhr.onload = () => {
      takeChunk()
      resolve({ head: headOf(xhr), body: onChunk === undefined ? xhr.response : new Blob() })
    }
    xhr.onerror = () => reject(networkFailure(-2, 'ERR_FAILED'))
    xhr.onloadend = () => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort, { once: true })
    xhr.send(encoded(body))
  })
}

/** What counts on a slow network: of a form, the file. */
function sizeOf(body: OutgoingRequest<Blob>['body']): number {
  if (body === undefined) return 0
  return body instanceof Uint8Array ? body.length : body.file.content.size
}

function encoded(body: OutgoingRequest<Blob>['body']): ArrayBuffer | FormData | null {
  if (body === undefined) return null
  if (body instanceof Uint8Array) return toArrayBuffer(body)
  const form = new FormData()
  for (const [name, value] of body.fields) form.append(name, value)
  const { field, name, contentType, content } = body.file
  form.append(field, new File([content], name, { type: contentType }))
  return form
}

/** Drops the events that the browser counts again after `pace` has reported them. */
function increasing(onSent: SendOptions['onSent']): SendOptions['onSent'] {
  let reported = 0
  return (
    onSent &&
    ((sent, total) => {
      if (sent <= reported) return
      reported = sent
      onSent(sent, total)
    })
  )
}

function mayBeSet(name: string): boolean {
  const lower = name.toLowerCase()
  return !FORBIDDEN.has(lower) && !FORBIDDEN_PREFIX.test(lower)
}

/**
 * Simulates a slow network. A page cannot slow down a running request, so the request waits before it is sent: an upload
 * that is aborted or cut in the meantime never reaches the server, which would not have received all of it either.
 */
async function pace(bytes: number, { conditions, signal }: SendOptions, onSent: SendOptions['onSent']): Promise<void> {
  let sent = 0
  while (sent < bytes) {
    const { uploadBytesPerSecond, cutUploadAfterBytes } = conditions()
    const step = Math.min((uploadBytesPerSecond * PACE_MS) / 1000, bytes - sent)
    if (sent + step > cutUploadAfterBytes) throw networkFailure(-101, 'ERR_CONNECTION_RESET')
    if (!Number.isFinite(uploadBytesPerSecond)) return
    await delay((step / uploadBytesPerSecond) * 1000, signal)
    sent += step
    // The browser reports the last byte, once it is sent.
    onSent?.(Math.min(Math.floor(sent), bytes - 1), bytes)
  }
}

function chunkReader(xhr: XMLHttpRequest, onChunk: SendOptions['onChunk']): () => void {
  let taken = 0
  return () => {
    if (onChunk === undefined) return
    const text = xhr.responseText.slice(taken)
    taken += text.length
    if (text !== '') onChunk(bytesOfBinaryText(text).buffer)
  }
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
