/** Signed requests to one bucket, repeated while the store fails in a way that may pass. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { pipeline, Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { connectionError, isPassing, S3ConnectionError, S3Error, unavailable } from './s3-errors.ts'
import type { S3Location } from './s3-location.ts'
import { createSigner, EMPTY_SHA256, encodePath, encodeQuery, type S3Credentials } from './signature.ts'
import { parseError, XmlFormError } from './xml.ts'

/** The time limits of calls, in milliseconds. */
export interface S3Limits {
  /** The longest silence of a connection: while it is made, while the request is sent, until the answer begins. */
  readonly idleMs: number
  /** The longest silence within an answer that somebody wants to read. */
  readonly stallMs: number
  /** No call is repeated later than this after its begin. So a store that is away is reported after `retryMs + idleMs`. */
  readonly retryMs: number
}

export const DEFAULT_LIMITS: S3Limits = { idleMs: 6_000, stallMs: 5_000, retryMs: 7_000 }

const RETRIES = 5
const FIRST_DELAY_MS = 50
/** Connections that are kept for the next requests. */
const FREE_SOCKETS = 64
/** Bytes of an answer in XML: a list of 1,000 keys of 1 KiB, each with its escapes. */
const MAX_XML_BYTES = 16 * 1024 * 1024
/** Bytes of an error that are read. */
const MAX_ERROR_BYTES = 64 * 1024

/** What a request sends. */
export interface S3Body {
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  /** The bytes; called for each attempt. */
  open(): readonly Uint8Array[] | Readable
}

interface S3Call {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Absent for calls to the bucket. */
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: S3Body
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined
}

export interface S3Http {
  /**
   * Resolves to what `read` makes of the answer, which has a status below 300.
   *
   * @throws S3Error for an answer that says that the request is wrong
   * @throws BlobsUnavailableError when the store fails again and again
   */
  call<T>(call: S3Call, read: (answer: IncomingMessage) => Promise<T> | T): Promise<T>
  /** A URL that permits anybody a GET of the object for `seconds`, at the address for clients. */
  presigned(key: string, query: Readonly<Record<string, string>>, seconds: number): string
  /** Breaks all connections. */
  close(): void
}

export interface S3HttpOptions {
  readonly location: S3Location
  readonly credentials: S3Credentials
  readonly limits: S3Limits
}

export function createS3Http({ location, credentials, limits }: S3HttpOptions): S3Http {
  const { bucket, endpoint, region, pathStyle, publicEndpoint = endpoint } = location
  const signer = createSigner(credentials, region)
  const isSecure = endpoint.startsWith('https:')
  const send = isSecure ? httpsRequest : httpRequest
  const agent = new (isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxFreeSockets: FREE_SOCKETS })
  const { host, hostname, port } = addressOf(endpoint)
  let isClosed = false

  function addressOf(origin: string): { readonly host: string; readonly hostname: string; readonly port: string } {
    const url = new URL(origin)
    const own = pathStyle ? '' : `${bucket}.`
    // An IPv6 address has brackets in a URL only.
    return { host: own + url.host, hostname: own + url.hostname.replace(/^\[|\]$/g, ''), port: url.port }
  }

  function pathOf(key: string | undefined): string {
    const inBucket = key === undefined ? '' : encodePath(key)
    return pathStyle ? `/${bucket}${key === undefined ? '' : '/'}${inBucket}` : `/${inBucket}`
  }

  /** One request. Resolves when the head of the answer is there. */
  function attempt({ method, key, query = {}, headers = {}, body, signal }: S3Call): Promise<IncomingMessage> {
    const path = pathOf(key)
    const sha256 = body?.sha256 ?? EMPTY_SHA256
    const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(body.size) }
    const signed = signer.headers({ method, host, path, query, headers, sha256, now: Date.now() })
    const encoded = encodeQuery(query)
    return new Promise((resolve, reject) => {
      const request = send({
        agent,
        host: hostname,
        port,
        method,
        path: encoded === '' ? path : `${path}?${encoded}`,
        headers: { ...signed, ...length },
        timeout: limits.idleMs,
        ...(signal !== undefined && { signal }),
      })
      request.on('timeout', () => request.destroy(new S3ConnectionError(`silent for ${limits.idleMs} ms`)))
      request.on('error', (error) => reject(connectionError(error)))
      request.on('response', (answer) => {
        // From now on only a reader who waits counts the time.
        request.setTimeout(0)
        // It may break before somebody reads it, who will learn of it.
        answer.on('error', () => {})
        // An error may come before the body has been sent.
        answer.once('close', () => request.writableFinished || request.destroy())
        resolve(answer)
      })
      const bytes = body?.open() ?? []
      if (bytes instanceof Readable) {
        // What the disk says is not about the store.
        bytes.once('error', reject)
        pipeline(bytes, request, () => {})
        return
      }
      for (const chunk of bytes) request.write(chunk)
      request.end()
    })
  }

  async function answered<T>(call: S3Call, read: (answer: IncomingMessage) => Promise<T> | T): Promise<T> {
    const answer = await attempt(call)
    const { statusCode = 0 } = answer
    if (statusCode >= 200 && statusCode < 300) return read(answer)
    const text = await textOf(answer, limits.stallMs, MAX_ERROR_BYTES)
    throw new S3Error(statusCode, parseError(text)?.code ?? '')
  }

  return {
    async call(call, read) {
      const end = performance.now() + limits.retryMs
      for (let retry = 0; ; retry += 1) {
        if (isClosed) throw new Error('the blob store is closed')
        try {
          return await answered(call, read)
        } catch (error) {
          if (!isPassing(error)) throw error
          const delay = FIRST_DELAY_MS * 2 ** retry * (0.5 + Math.random() / 2)
          const isLast = retry === RETRIES || performance.now() + delay > end || isClosed || call.signal?.aborted
          if (isLast) throw unavailable(endpoint, error)
          await wait(delay, undefined, { signal: call.signal }).catch(() => {})
        }
      }
    },

    presigned(key, query, seconds) {
      const { host } = addressOf(publicEndpoint)
      const target = signer.presigned({ host, path: pathOf(key), query, now: Date.now() }, seconds)
      return `${new URL(publicEndpoint).protocol}//${host}${target}`
    },

    close() {
      isClosed = true
      agent.destroy()
    },
  }
}

/**
 * The chunks of an answer. The time that the reader takes does not count.
 *
 * @throws S3ConnectionError when the connection breaks or is silent for `stallMs`
 */
export async function* chunksOf(answer: IncomingMessage, stallMs: number): AsyncGenerator<Buffer> {
  const watch = () => setTimeout(() => answer.destroy(new S3ConnectionError(`silent for ${stallMs} ms`)), stallMs)
  let timer = watch()
  try {
    for await (const chunk of answer) {
      clearTimeout(timer)
      yield chunk
      timer = watch()
    }
  } catch (error) {
    throw connectionError(error)
  } finally {
    clearTimeout(timer)
  }
}

/** Reads an answer in XML, or another short one. @throws S3ConnectionError, XmlFormError when it is too long */
export async function textOf(answer: IncomingMessage, stallMs: number, maxBytes = MAX_XML_BYTES): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of chunksOf(answer, stallMs)) {
    size += chunk.byteLength
    if (size > maxBytes) throw new XmlFormError('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
