/** Plain HTTP without an SDK, so that a test controls every byte. */
import { randomBytes } from 'node:crypto'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import type { RunningServer } from './server.ts'

type Bytes = string | Uint8Array
type Target = Pick<RunningServer, 'url' | 'env'>

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

export interface Sending {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  /** Sent with a Content-Length. */
  readonly body?: Bytes
  /** Sent one at a time with chunked transfer encoding. */
  readonly chunks?: readonly Bytes[]
}

/** Sends one request on its own connection. The path is sent exactly as written in the URL, and no Content-Type is added. */
export function send(url: string, sending: Sending = {}): Promise<Answer> {
  const { body, chunks = body === undefined ? [] : [body] } = sending
  const { hostname, port, origin } = new URL(url)
  const announced = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: hostname,
      port,
      agent: false,
      path: url.slice(origin.length) || '/',
      method: sending.method ?? 'GET',
      headers: { ...announced, ...sending.headers },
    })
    let answered = false
    outgoing.on('response', (incoming) => {
      answered = true
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const whole = Buffer.concat(parts)
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: whole,
          text: whole.toString('utf8'),
        })
      })
    })
    // A server that refuses a body early may close the connection during the request; its answer counts.
    outgoing.on('error', (error) => answered || reject(error))
    for (const chunk of chunks) outgoing.write(chunk)
    outgoing.end()
  })
}

/** Writes bytes to a socket and resolves to everything received before the server closed it. */
export function exchange(target: Target, payload: Bytes, options: { readonly hangUp?: boolean } = {}): Promise<string> {
  const { hostname, port } = new URL(target.url)
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(Number(port), hostname)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      answer += text
    })
    // The server may also close with a reset.
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    if (options.hangUp) socket.write(payload, () => socket.destroy())
    else socket.write(payload)
  })
}

/** The answer of an action: the fields of the result, or `code` and `message`. */
export interface Reply {
  readonly code?: string
  readonly message?: string
  readonly requestId: string
  // biome-ignore lint/suspicious/noExplicitAny: each test checks the shape that it needs
  readonly data?: any
}

export interface Person {
  readonly uid: string
  readonly accessToken: string
  readonly refreshToken: string
}

/** The body of an action of dialect A. */
export function actionBody({ env }: Target, who: Person | undefined, action: string, params: object = {}): string {
  const token = who && { access_token: who.accessToken }
  return JSON.stringify({ action, env, dataVersion: '2020-01-10', ...token, ...params })
}

/** Calls an action of dialect A. */
export async function act(
  target: Target,
  who: Person | undefined,
  action: string,
  params: object = {},
): Promise<Reply> {
  const body = actionBody(target, who, action, params)
  const { text } = await send(`${target.url}/web?env=${target.env}`, { method: 'POST', body })
  return JSON.parse(text) as Reply
}

/** Calls an action of dialect B, with an api key. */
export async function actAsAdmin(target: Target, apiKey: string, action: string, params: object = {}): Promise<Reply> {
  const { env } = target
  const { text } = await send(`${target.url}/admin?env=${env}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ action, envName: env, ...params }),
  })
  return JSON.parse(text) as Reply
}

async function login(target: Target, path: string, body: object, headers: OutgoingHttpHeaders = {}): Promise<Person> {
  const url = `${target.url}/auth/v1/${path}?client_id=${target.env}`
  const { text, status } = await send(url, { method: 'POST', body: JSON.stringify(body), headers })
  if (status !== 200) throw new Error(`login failed: ${status} ${text}`)
  const { sub, access_token, refresh_token } = JSON.parse(text) as Record<string, string>
  return { uid: sub ?? '', accessToken: access_token ?? '', refreshToken: refresh_token ?? '' }
}

/** A new user, logged in anonymously. */
export function newPerson(target: Target): Promise<Person> {
  return login(target, 'signin/anonymously', {}, { 'x-device-id': randomBytes(16).toString('hex') })
}

export function loginWithTicket(target: Target, ticket: string): Promise<Person> {
  return login(target, 'signin/custom', { provider_id: 'custom', ticket })
}

/** A path in the user's own folder. */
export function own(who: Person, name: string): string {
  return `users/${who.uid}/${name}`
}

export async function uploadUrl(target: Target, who: Person | undefined, path: string): Promise<string> {
  const reply = await act(target, who, 'storage.getUploadMetadata', { path })
  if (reply.code !== undefined) throw new Error(`no upload URL for ${path}: ${reply.code} ${reply.message}`)
  return reply.data.url as string
}

/** Uploads and expects success. Returns the fileID. */
export async function upload(target: Target, who: Person | undefined, path: string, body: Bytes, headers = {}) {
  const reply = await act(target, who, 'storage.getUploadMetadata', { path })
  if (reply.code !== undefined) throw new Error(`no upload URL for ${path}: ${reply.code} ${reply.message}`)
  const answer = await send(reply.data.url, { method: 'PUT', body, headers })
  if (answer.status !== 200) throw new Error(`upload of ${path} failed: ${answer.status} ${answer.text}`)
  return reply.data.fileId as string
}

export function fileIdOf(target: Target, path: string): string {
  return `cloud://${target.env}/${path}`
}

export interface ListedUrl {
  readonly code: string
  readonly tempFileURL: string
}

export async function temporaryUrl(
  target: Target,
  who: Person | undefined,
  path: string,
  maxAge?: number,
): Promise<ListedUrl> {
  const item = { fileid: fileIdOf(target, path), ...(maxAge === undefined ? {} : { max_age: maxAge }) }
  const reply = await act(target, who, 'storage.batchGetDownloadUrl', { file_list: [item] })
  if (reply.code !== undefined) throw new Error(`no URL for ${path}: ${reply.code} ${reply.message}`)
  return reply.data.download_list[0] as ListedUrl
}

/** The bytes at a path, read as its owner, or the code of the error. */
export async function stored(target: Target, who: Person | undefined, path: string): Promise<Buffer | string> {
  const { code, tempFileURL } = await temporaryUrl(target, who, path)
  if (code !== 'SUCCESS') return code
  const { status, body } = await send(tempFileURL)
  return status === 200 ? body : `HTTP ${status}`
}

/** The text of an element of an XML answer. */
export function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
}
