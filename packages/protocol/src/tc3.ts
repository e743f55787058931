import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { CloudsteadError } from './errors.ts'

/**
 * The signature that `@cloudbase/node-sdk` and `wx-server-sdk` add to their calls when they have a secretId and a secretKey: a
 * variant of TC3-HMAC-SHA256 that signs the parameters separately, so that the encoding of the body does not matter, and lists
 * them in the header.
 */

/** The parsed Authorization header. Nothing in it is verified yet. */
export interface Tc3Authorization {
  readonly secretId: string
  /** UTC, such as `2026-11-22`. */
  readonly date: string
  /** Names of the signed parameters: lower case, URL-encoded, in the order of signing. */
  readonly signedParams: readonly string[]
  /** Names of the signed headers: lower case, in the order of signing. */
  readonly signedHeaders: readonly string[]
  /** 64 hex digits. */
  readonly signature: string
}

/** The request as received. */
export interface Tc3Request {
  readonly method: string
  /** The Host header with its port. A proxy that changes it breaks the signature. */
  readonly host: string
  /** The path of the URL, still encoded. */
  readonly path: string
  /** The query string without `?`; empty when there is none. */
  readonly query: string
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The parsed JSON body. */
  readonly params: Readonly<Record<string, unknown>>
  /** The X-Timestamp header: seconds since the epoch. */
  readonly timestamp: number
}

const ALGORITHM = 'TC3-HMAC-SHA256'
const SERVICE = 'tcb'
const TERMINATOR = 'tc3_request'

/** The SDK signs about 10 parameters and 6 headers. More names do not come from the SDK. */
const MAX_SIGNED_NAMES = 100

const CREDENTIAL = /^([A-Za-z0-9_-]{1,128})\/(\d{4}-\d\d-\d\d)\/tcb\/tc3_request$/

/** Headers that must be signed. `host` binds the signature to this server. */
const REQUIRED_HEADERS = ['host', 'content-type']

function refused(message: string): CloudsteadError {
  return new CloudsteadError('INVALID_CREDENTIALS', message)
}

/** Whether an Authorization header has a signature of this kind. */
export function isTc3Authorization(header: string): boolean {
  return header.startsWith(`${ALGORITHM} `)
}

/**
 * Parses `TC3-HMAC-SHA256 Credential=<id>/<date>/tcb/tc3_request, SignedParams=a;b, SignedHeaders=x;y, Signature=<hex>`.
 *
 * @throws CloudsteadError `INVALID_CREDENTIALS`
 */
export function parseTc3Authorization(header: string): Tc3Authorization {
  if (!isTc3Authorization(header)) throw refused(`the Authorization header must start with ${ALGORITHM}`)
  const fields = new Map<string, string>()
  for (const part of header.slice(ALGORITHM.length + 1).split(',')) {
    const cut = part.indexOf('=')
    const name = part.slice(0, cut).trim()
    if (cut < 0 || fields.has(name)) throw refused('the Authorization header is malformed')
    fields.set(name, part.slice(cut + 1).trim())
  }
  const credential = CREDENTIAL.exec(fields.get('Credential') ?? '')
  if (credential === null) throw refused(`Credential must have the form <secretId>/<date>/${SERVICE}/${TERMINATOR}`)
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
 * Verifies the signature. It does not check the age of `timestamp`, see {@link isTc3Fresh}.
 *
 * Every parameter that is not empty must be signed. A parameter that was added in transit, or whose normalized name equals that
 * of another, is refused. The signature does not cover the spelling of names (case, blanks around them): whoever reads a
 * parameter must refuse another spelling of its name.
 *
 * @throws CloudsteadError `INVALID_CREDENTIALS`
 */
export function verifyTc3(authorization: Tc3Authorization, request: Tc3Request, secretKey: string): void {
  const { date, signedHeaders, signature } = authorization
  if (date !== utcDate(request.timestamp)) throw refused('the date of the Credential is not the date of X-Timestamp')
  const canonical = [
    // The SDK signs the method in lower case, but sends it in upper case.
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
    throw refused('the signature does not match: wrong secretKey, or the request was changed in transit')
  }
}

/**
 * Whether a timestamp is at most `window` seconds before or after now.
 *
 * @param timestamp the X-Timestamp header: seconds since the epoch
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
  // The SDK lower-cases every value except content-type, and removes the boundary of a multipart content-type.
  if (name !== 'content-type') return value.trim().toLowerCase()
  return value.startsWith('multipart/form-data') ? 'multipart/form-data' : value
}

/** Starts a parameter in the hashed text. A value that contained it could be split into two parameters. */
const NEXT_PARAM = '\r\n&'

/**
 * SHA-256 over `&<name>=<value>\r\n` of each signed parameter that is not empty, normalized as in the SDK.
 *
 * The SDK hashes no empty value. Version 2 lists the names of empty parameters nevertheless, and does not send all of them. So
 * the signature does not tell an empty parameter from an absent one, and neither may an action.
 */
function hashOfParams(params: Tc3Request['params'], signed: readonly string[]): string {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(params)) {
    const normalized = safeUrlEncode(name.toLowerCase().trim())
    if (values.has(normalized)) throw refused(`two parameters are both named ${normalized}`)
    values.set(normalized, (typeof value === 'string' ? value : toJson(name, value)).trim())
  }
  const hash = createHash('sha256')
  for (const name of signed) {
    const value = values.get(name) ?? ''
    if (value.includes(NEXT_PARAM)) throw refused(`the parameter ${name} contains a line break before &`)
    if (value !== '') hash.update(`&${name}=${value}\r\n`)
    values.delete(name)
  }
  // The remaining parameters are not signed. Empty ones may be.
  for (const [name, value] of values) {
    if (value !== '') throw refused(`the parameter ${name} is not signed`)
  }
  return hash.digest('hex')
}

/** Fails for a value that is nested thousands of levels deep, which the SDK cannot sign either. */
function toJson(name: string, value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    throw refused(`the parameter ${name} is nested too deep`)
  }
}

function safeUrlEncode(string: string): string {
  return encodeURIComponent(string.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function utcDate(timestamp: number): string {
  const time = new Date(timestamp * 1000)
  if (Number.isNaN(time.getTime())) throw refused('X-Timestamp is not a valid time')
  return time.toISOString().slice(0, 10)
}

function sha256(data: string): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
