import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import zlib from 'node:zlib'
import { WxFailure } from './failure.ts'
import { parseHttpUrl } from './http-url.ts'
import { networkFailure } from './network-lane.ts'
import { delay } from './timers.ts'
import type { Line, ResponseHead } from './transfer.ts'

/** As browsers do: past this many redirects it is a loop. */
const MAX_REDIRECTS = 20
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** A body whose length is known before it is sent; `chunks` starts over on every call. */
export interface OutgoingBody {
  length: number
  chunks: () => AsyncIterable<Uint8Array>
}

/** One HTTP request as it goes on the wire. */
export interface OutgoingRequest {
  url: URL
  method: string
  headers: Record<string, string>
  body: OutgoingBody | undefined
  followRedirects: boolean
}

/** Sends `request`, follows redirects, and resolves with the head and the decoded body stream. */
export async function exchange(
  request: OutgoingRequest,
  line: Line,
): Promise<{ head: ResponseHead; stream: Readable }> {
  let current = request
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await sendOnce(current, line)
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

/** Words a failure of Node's network stack as WeChat words it; failures that are already ours pass through. */
export function asNetworkFailure(thrown: unknown): WxFailure {
  if (thrown instanceof WxFailure) return thrown
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (code === 'ECONNREFUSED') return networkFailure(-102, 'ERR_CONNECTION_REFUSED')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return networkFailure(-105, 'ERR_NAME_NOT_RESOLVED')
  if (code === 'ECONNRESET' || code === 'EPIPE') return networkFailure(-101, 'ERR_CONNECTION_RESET')
  if (code.startsWith('ERR_INVALID') || code.startsWith('ERR_UNESCAPED')) {
    return new WxFailure(thrown instanceof Error ? thrown.message : code)
  }
  return networkFailure(-2, `ERR_FAILED (${thrown instanceof Error ? thrown.message : String(thrown)})`)
}

async function sendOnce(request: OutgoingRequest, line: Line): Promise<IncomingMessage> {
  const transport = request.url.protocol === 'https:' ? https : http
  const headers = {
    ...request.headers,
    ...(request.body === undefined ? {} : { 'content-length': String(request.body.length) }),
  }
  // A connection each: a test's server can then close, or be killed and started again, without stale sockets here.
  const outgoing = transport.request(request.url, {
    method: request.method,
    headers,
    agent: false,
    signal: line.signal,
  })
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve)
    // Stays attached: a server that answers early and hangs up makes the sending fail after the answer came.
    outgoing.on('error', reject)
  })
  sendBody(outgoing, request.body, line).catch((error: unknown) => {
    outgoing.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  return response
}

async function sendBody(outgoing: ClientRequest, body: OutgoingBody | undefined, line: Line): Promise<void> {
  if (body === undefined) {
    outgoing.end()
    return
  }
  const closed = new Promise<void>((resolve) => outgoing.once('close', resolve))
  let sent = 0
  for await (const chunk of body.chunks()) {
    const { uploadBytesPerSecond, cutUploadAfterBytes } = line.conditions()
    if (sent + chunk.length > cutUploadAfterBytes) {
      throw Object.assign(new Error('cut by the simulated network'), { code: 'ECONNRESET' })
    }
    await Promise.race([new Promise<void>((resolve) => outgoing.write(chunk, () => resolve())), closed])
    if (outgoing.destroyed) return
    sent += chunk.length
    line.onSent?.(sent)
    if (Number.isFinite(uploadBytesPerSecond)) {
      await delay((chunk.length / uploadBytesPerSecond) * 1000, line.signal)
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
  const hasBody = method.toUpperCase() !== 'HEAD' && response.statusCode !== 204 && response.statusCode !== 304
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

function redirected(request: OutgoingRequest, status: number, location: string): OutgoingRequest {
  const url = parseHttpUrl(location, request.url)
  const method = request.method.toUpperCase()
  const becomesGet = (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')
  const dropped = new Set<string>()
  if (becomesGet) for (const name of ['content-type', 'content-length']) dropped.add(name)
  if (url.origin !== request.url.origin) dropped.add('authorization')
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !dropped.has(name.toLowerCase())),
  )
  return becomesGet ? { ...request, url, headers, method: 'GET', body: undefined } : { ...request, url, headers }
}
