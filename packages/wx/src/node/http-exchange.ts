import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import zlib from 'node:zlib'
import { networkFailure } from '../shared/failure.ts'
import { parseHttpUrl } from '../shared/http-url.ts'
import type { ResponseHead, SendOptions } from '../shared/sender.ts'
import { delay } from '../shared/timers.ts'

/** More redirects than this are a loop; browsers have the same limit. */
const MAX_REDIRECTS = 20
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** A body whose length is known before it is sent; `chunks` starts over on every call. */
export interface OutgoingBody {
  length: number
  chunks: () => AsyncIterable<Uint8Array>
}

/** One HTTP request as Node sends it. */
export interface WireRequest {
  url: URL
  method: string
  headers: Record<string, string>
  body: OutgoingBody | undefined
  followRedirects: boolean
}

/** Sends `request`, follows redirects, and resolves with the head and the decoded body stream. */
export async function exchange(
  request: WireRequest,
  options: SendOptions,
): Promise<{ head: ResponseHead; stream: Readable }> {
  let current = request
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await sendOnce(current, options)
    const location = response.headers.location
    const status = response.statusCode ?? 0
    if (!current.followRedirects || location === undefined || !REDIRECTS.has(status)) {
      return { head: readHead(response), stream: decoded(response, current.method) }
    }
    response.resume()
    current = redirected(current, status, location)
  }
  throw networkFailure(-310, 'ERR_TOO_MANY_REDIRECTS')
}

async function sendOnce(request: WireRequest, options: SendOptions): Promise<IncomingMessage> {
  const transport = request.url.protocol === 'https:' ? https : http
  const headers = {
    ...request.headers,
    ...(request.body === undefined ? {} : { 'content-length': String(request.body.length) }),
  }
  // One connection per request: a test's server can close, or be killed and started again, without stale sockets here.
  const outgoing = transport.request(request.url, {
    method: request.method,
    headers,
    agent: false,
    signal: options.signal,
  })
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve)
    // Stays attached: sending fails after the answer came when a server answers early and hangs up.
    outgoing.on('error', reject)
  })
  sendBody(outgoing, request.body, options).catch((error: unknown) => {
    outgoing.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  return response
}

async function sendBody(outgoing: ClientRequest, body: OutgoingBody | undefined, options: SendOptions): Promise<void> {
  if (body === undefined) {
    outgoing.end()
    return
  }
  const closed = new Promise<void>((resolve) => outgoing.once('close', resolve))
  let sent = 0
  for await (const chunk of body.chunks()) {
    const { uploadBytesPerSecond, cutUploadAfterBytes } = options.conditions()
    if (sent + chunk.length > cutUploadAfterBytes) {
      throw Object.assign(new Error('cut by the simulated network'), { code: 'ECONNRESET' })
    }
    await Promise.race([new Promise<void>((resolve) => outgoing.write(chunk, () => resolve())), closed])
    if (outgoing.destroyed) return
    sent += chunk.length
    options.onSent?.(sent, body.length)
    if (Number.isFinite(uploadBytesPerSecond)) {
      await delay((chunk.length / uploadBytesPerSecond) * 1000, options.signal)
    }
  }
  outgoing.end()
}

function readHead(response: IncomingMessage): ResponseHead {
  const header: Record<string, string> = {}
  const spelling = new Map<string, string>()
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2) {
    const name = response.rawHeaders[index] ?? ''
    const value = response.rawHeaders[index + 1] ?? ''
    const key = spelling.get(name.toLowerCase()) ?? name
    spelling.set(name.toLowerCase(), key)
    header[key] = key in header ? `${header[key]},${value}` : value
  }
  return { statusCode: response.statusCode ?? 0, header, cookies: response.headers['set-cookie'] ?? [] }
}

function decoded(response: IncomingMessage, method: string): Readable {
  const hasBody = method !== 'HEAD' && response.statusCode !== 204 && response.statusCode !== 304
  const encoding = response.headers['content-encoding']?.toLowerCase()
  const decoder = hasBody ? createDecoder(encoding) : undefined
  if (decoder === undefined) return response
  // Errors reach the reader through the decoder, which the pipeline destroys.
  return pipeline(response, decoder, () => undefined)
}

function createDecoder(encoding: string | undefined): zlib.Gunzip | zlib.BrotliDecompress | undefined {
  if (encoding === 'gzip' || encoding === 'x-gzip') return zlib.createGunzip()
  if (encoding === 'deflate') return zlib.createInflate()
  if (encoding === 'br') return zlib.createBrotliDecompress()
  return undefined
}

function redirected(request: WireRequest, status: number, location: string): WireRequest {
  const url = parseHttpUrl(location, request.url)
  const { method } = request
  const becomesGet = (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')
  const dropped = new Set<string>()
  if (becomesGet) for (const name of ['content-type', 'content-length']) dropped.add(name)
  if (url.origin !== request.url.origin) dropped.add('authorization')
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !dropped.has(name.toLowerCase())),
  )
  return becomesGet ? { ...request, url, headers, method: 'GET', body: undefined } : { ...request, url, headers }
}
