import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { CloudsteadError } from './errors.ts'

/**
 * The signature that `@cloudbase/node-sdk` puts on its calls when it is given a secretId and a secretKey: a variant of
 * TC3-HMAC-SHA256 which signs the parameters one by one (so that the body's encoding does not matter) and names them in
 * the header.
 */

/** What the Authorization header says. Nothing in it is proven yet. */
export interface Tc3Authorization {
  readonly secretId: string
  /** UTC, `2026-11-22`. */
  readonly date: string
  /** Parameter names as they were signed: lower case, URL-encoded, in the order of signing. */
  readonly signedParams: readonly string[]
  /** Header names in lower case, in the order of signing. */
  readonly signedHeaders: readonly string[]
  /** 64 hex digits. */
  readonly signature: string
}

/** The signed request as it arrived. */
export interface Tc3Request {
  readonly method: string
  /** Host header with its port, unchanged; a proxy that rewrites it breaks the signature. */
  readonly host: string
  /** Path of the URL as it was sent, still encoded. */
  readonly path: string
  /** What follows the `?`, as it was sent; empty without one. */
  readonly query: string
  /** Headers by their lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The parsed JSON body. */
  readonly params: Readonly<Record<string, unknown>>
  /** Value of the X-Timestamp header: seconds since the epoch. */
  readonly timestamp: number
}

const ALGORITHM = 'TC3-HMAC-SHA256'
const SERVICE = 'tcb'
const TERMINATOR = 'tc3_request'

/** The SDK signs some 10 parameters and 6 headers; past this it is no SDK. */
const MAX_SIGNED_NAMES = 100

const CREDENTIAL = /^([A-Za-z0-9_-]{1,128})\/(\d{4}-\d\d-\d\d)\/tcb\/tc3_request$/

/** Headers that have to be among the signed ones: `host` binds the signature to this server. */
const REQUIRED_HEADERS = ['host', 'content-type']

function refused(message: string): CloudsteadError {
  return new CloudsteadError('INVALID_CREDENTIALS', message)
}

/** Whether an Authorization header is meant to be one of these. */
export function isTc3Authorization(header: string): boolean {
  return header.startsWith(`${ALGORITHM} `)
}

/**
 * Reads `TC3-HMAC-SHA256 Credential=<id>/<date>/tcb/tc3_request, SignedParams=a;b, SignedHeaders=x;y, Signature=<hex>`.
 *
 * @throws CloudsteadError `INVALID_CREDENTIALS`
 */
export function parseTc3Authorization(header: string): Tc3Authorization {
  if (!isTc3Authorization(header)) throw refused(`the Authorization header must begin with ${ALGORITHM}`)
  const fields = new Map<string, string>()
  for (const part of header.slice(ALGORITHM.length + 1).split(',')) {
    const cut = part.indexOf('=')
    const name = part.slice(0, cut).trim()
    if (cut < 0 || fields.has(name)) throw refused('the Authorization header is malformed')
    fields.set(name, part.slice(cut + 1).trim())
  }
  const credential = CREDENTIAL.exec(fields.get('Credential') ?? '')
  if (credential === null) throw refused(`Credential must look like <secretId>/<date>/${SERVICE}/${TERMINATOR}`)
  const [, secretId = '', date = ''] = credential
  const signature = fields.get('Signature') ?? ''
  if (!/^[0-9a-f]{64}$/.test(signature)) throw refused('Signature must be 64 hex digits')
  const signedHeaders = names(fields.get('SignedHeaders'), 'SignedHeaders')
  for (const name of REQUIRED_HEADERS) {
    if (!signedHeaders.includes(name)) throw refused(`SignedHeaders must contain ${name}`)
  }
  return { secretId, date, signedParams: names(fields.get('SignedParams'), 'SignedParams'), signedHeaders, signature }
}

/**
 * Checks the signature. The age of `timestamp` is for the caller to judge, see {@link isTc3Fresh}.
 *
 * Every parameter has to be signed: one that was added on the way, or that folds to the name of another, is refused.
 *
 * @throws CloudsteadError `INVALID_CREDENTIALS`
 */
export function verifyTc3(authorization: Tc3Authorization, request: Tc3Request, secretKey: string): void {
  const { date, signedHeaders, signature } = authorization
  if (date !== utcDate(request.timestamp)) throw refused('the date of the Credential is not that of X-Timestamp')
  const canonical = [
    // The SDK signs the method as its own code spells it: in lower case, whatever goes over the wire.
    request.method.toLowerCase(),
    `//${request.host}${request.path}`,
    request.query,
    ...signedHeaders.map((name) => `${name}:${headerValue(request.headers, name)}`),
    '',
    signedHeaders.join(';'),
    hashOfParams(request.params, authorization.signedParams),
  ].join('\n')
  const scope = `${date}/${SERVICE}/${TERMINATOR}`
  const toSign = [ALGORITHM, request.timestamp, scope, sha256(canonical)].join('\n')
  const key = [date, SERVICE, TERMINATOR].reduce<Buffer>(hmac, Buffer.from(`TC3${secretKey}`, 'utf8'))
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))) {
    throw refused('the signature does not match: wrong secretKey, or the request was changed on its way')
  }
}

/**
 * Whether a timestamp lies within the window around now, in either direction.
 *
 * @param timestamp seconds since the epoch, from X-Timestamp
 * @param now milliseconds since the epoch
 * @param window seconds
 */
export function isTc3Fresh(timestamp: number, now: number, window: number): boolean {
  return Math.abs(now / 1000 - timestamp) <= window
}

function names(list: string | undefined, field: string): readonly string[] {
  if (list === undefined || list === '') throw refused(`${field} is missing`)
  const all = list.split(';')
  if (all.length > MAX_SIGNED_NAMES || all.includes('') || new Set(all).size !== all.length) {
    throw refused(`${field} is malformed`)
  }
  return all
}

function headerValue(headers: Tc3Request['headers'], name: string): string {
  const value = headers[name]
  if (value === undefined) throw refused(`the signed header ${name} is missing`)
  // The SDK lower-cases every value but that of content-type, and cuts the boundary off a multipart one.
  if (name !== 'content-type') return value.trim().toLowerCase()
  return value.startsWith('multipart/form-data') ? 'multipart/form-data' : value
}

/** SHA-256 over `&<name>=<value>\r\n` of each signed parameter; names and values as the SDK spells them for signing. */
function hashOfParams(params: Tc3Request['params'], signed: readonly string[]): string {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(params)) {
    const folded = safeUrlEncode(name.toLowerCase().trim())
    if (values.has(folded)) throw refused(`two parameters are both called ${folded}`)
    values.set(folded, (typeof value === 'string' ? value : textOf(name, value)).trim())
  }
  const hash = createHash('sha256')
  for (const name of signed) {
    const value = values.get(name)
    if (value === undefined || value === '') throw refused(`the signed parameter ${name} is missing`)
    hash.update(`&${name}=${value}\r\n`)
    values.delete(name)
  }
  // What is left was not signed. The SDK leaves out empty values only.
  for (const [name, value] of values) {
    if (value !== '') throw refused(`the parameter ${name} is not signed`)
  }
  return hash.digest('hex')
}

/** Writing out what nests thousands of levels deep fails; the SDK could not have signed it either. */
function textOf(name: string, value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    throw refused(`the parameter ${name} nests too deep`)
  }
}

function safeUrlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function utcDate(timestamp: number): string {
  const time = new Date(timestamp * 1000)
  if (Number.isNaN(time.getTime())) throw refused('X-Timestamp is not a time')
  return time.toISOString().slice(0, 10)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
