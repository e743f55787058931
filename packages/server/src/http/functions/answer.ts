import { validateHeaderName, validateHeaderValue } from 'node:http'
import { CloudsteadError } from '@cloudstead/protocol'
import { CONSOLE_COOKIE } from '../console/session-cookie.ts'

/** The HTTP answer that the result of a function stands for. */
export interface HttpAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[]>>
  /** Undefined for an answer without a body. */
  readonly body: string | Buffer | undefined
}

const TEXT = 'text/plain; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'
const BYTES = 'application/octet-stream'

/**
 * Headers about the connection, which are not the function's; and those that are about the whole host or about what other
 * sites may do, which the server decides alone: a function must not let a web site in that is not listed, sign the operator
 * out of the Console, or extend a service worker to it.
 */
const NOT_OF_FUNCTIONS =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|date|x-request-id|access-control-.*|clear-site-data|strict-transport-security|service-worker-allowed|alt-svc)$/

/**
 * Scripts of a page that a function answers with may run, but not as pages of this origin, which is the Console's: what a
 * visitor had a careless function show could otherwise act as the operator who looks at it. So such a page has no cookies and
 * no storage, and its requests come from the origin `null`, which may not call this server. Whoever needs more serves the
 * pages from a host of their own.
 */
const CONTENT_POLICY =
  'sandbox allow-scripts allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-downloads allow-top-navigation-by-user-activation'

/**
 * A text or a number is an answer in plain text, any other value one in JSON; an object with a `statusCode` says itself what
 * the answer is.
 *
 * @param result JSON text
 * @throws CloudsteadError FUNCTIONS_EXECUTE_FAIL for an object that is no valid answer
 */
export function httpAnswer(result: string): HttpAnswer {
  const value: unknown = JSON.parse(result)
  if (isObject(value) && Object.hasOwn(value, 'statusCode')) return integrated(value)
  const { type, body } = isObject(value) ? { type: JSON_TYPE, body: result } : bodyOf(value, false)
  return { status: 200, headers: guarded({ 'content-type': type }), body }
}

type Members = Readonly<Record<string, unknown>>

function integrated({ statusCode: status, headers = {}, body: own, isBase64Encoded = false }: Members): HttpAnswer {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw bad('statusCode must be a whole number from 200 to 599', 'statusCode 必须是 200 到 599 的整数')
  }
  if (typeof isBase64Encoded !== 'boolean' || (isBase64Encoded && typeof own !== 'string')) {
    throw bad('a body with isBase64Encoded must be a string', 'isBase64Encoded 为 true 时 body 必须是字符串')
  }
  const { type, body } = bodyOf(own, isBase64Encoded)
  const sent = { 'content-type': type, ...headersOf(headers) }
  const empty = status === 204 || status === 205 || status === 304
  if (!empty) return { status, headers: guarded(sent), body }
  const { 'content-type': _, ...others } = sent
  return { status, headers: guarded(others), body: undefined }
}

function bodyOf(value: unknown, isBase64: boolean): { readonly type: string; readonly body: string | Buffer } {
  if (value === undefined || value === null) return { type: TEXT, body: '' }
  if (typeof value === 'string') {
    return isBase64 ? { type: BYTES, body: Buffer.from(value, 'base64') } : { type: TEXT, body: value }
  }
  return typeof value === 'object'
    ? { type: JSON_TYPE, body: JSON.stringify(value) }
    : { type: TEXT, body: String(value) }
}

function headersOf(headers: unknown): HttpAnswer['headers'] {
  if (headers === null) return {}
  if (!isObject(headers) || Array.isArray(headers)) throw bad('headers must be an object', 'headers 必须是对象')
  const all: Record<string, string | string[]> = {}
  for (const [given, value] of Object.entries(headers)) {
    if (value === undefined || value === null) continue
    const name = given.toLowerCase()
    const values = (Array.isArray(value) ? value : [value]).map((one) => headerValue(name, one))
    if (NOT_OF_FUNCTIONS.test(name)) continue
    if (name === 'set-cookie') all[name] = values.filter((cookie) => !isOfConsole(cookie))
    else all[name] = values.join(', ')
  }
  return all
}

/** A cookie without a name and with this as its value looks the same to the Console. */
function isOfConsole(cookie: string): boolean {
  return cookie.replace(/^[\s=]+/, '').startsWith(CONSOLE_COOKIE)
}

/** Checks a header as Node does before it sends it. */
function headerValue(name: string, value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '\0'
  try {
    validateHeaderName(name)
    validateHeaderValue(name, text)
  } catch {
    throw bad(
      'the names and values of headers must be valid in HTTP: a value has no line breaks and only characters of Latin-1',
      'header 的名称和值必须符合 HTTP 规范：值不能有换行，只能使用 Latin-1 字符',
    )
  }
  return text
}

/** The headers of an answer with what protects the rest of this origin. */
function guarded(headers: HttpAnswer['headers']): HttpAnswer['headers'] {
  const { 'content-security-policy': policy, vary } = headers
  return {
    ...headers,
    // Every policy of a list holds, so that of the function can only forbid more.
    'content-security-policy': [CONTENT_POLICY, ...(policy === undefined ? [] : [policy])].join(', '),
    'x-content-type-options': 'nosniff',
    vary: ['origin', ...(vary === undefined ? [] : [vary])].join(', '),
  }
}

function bad(en: string, zh: string): CloudsteadError {
  return new CloudsteadError('FUNCTIONS_EXECUTE_FAIL', {
    en: `The function returned an answer that is not valid: ${en}.`,
    zh: `云函数返回的响应无效：${zh}。`,
  })
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null
}
