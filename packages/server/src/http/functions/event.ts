import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import { APP_ID } from '@cloudstead/protocol'
import { CONSOLE_COOKIE } from '../console/session-cookie.ts'

/** What the event of an HTTP request is made of. */
export interface HttpEventOptions {
  /** The path that the function sees. */
  readonly path: string
  readonly method: string
  /** The query string without `?`. */
  readonly query: string
  /** As received. */
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly requestId: string
  readonly env: string
}

/** The types of bodies that functions get as text, and not in base64. An absent type is one of them. */
const TEXT_TYPE =
  /^(?:text\/[^;]*|application\/(?:json|xml|javascript|graphql|x-www-form-urlencoded)|[^;]*\+(?:json|xml))? *(?:;|$)/i
const OTHER_CHARSET = /; *charset=(?!"?(?:utf-?8|us-ascii))/i

/**
 * The event of a function that is called by HTTP, as JSON text. A parameter that is given twice has its last value, headers
 * that are given twice are joined.
 */
export function httpEvent({ path, method, query, headers, body, requestId, env }: HttpEventOptions): string {
  const text = textOf(body, headers['content-type'])
  return JSON.stringify({
    path,
    httpMethod: method,
    headers: headersOf(headers),
    queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
    requestContext: { requestId, envId: env, appId: APP_ID, uin: '' },
    body: text ?? body.toString('base64'),
    isBase64Encoded: text === undefined,
  })
}

/** A body as text; undefined when it is binary. */
function textOf(body: Buffer, type = ''): string | undefined {
  if (body.length === 0) return ''
  const isText = TEXT_TYPE.test(type.trim()) && !OTHER_CHARSET.test(type) && isUtf8(body)
  return isText ? body.toString('utf8') : undefined
}

function headersOf({ cookie = '', ...headers }: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const all = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, [value].flat().join(', ')] as const],
  )
  const own = withoutConsole(cookie)
  return Object.fromEntries(own === '' ? all : [...all, ['cookie', own]])
}

/** Browsers do not send the Console's cookie here. In any case, a function must not see it. */
function withoutConsole(cookies: string): string {
  const kept = cookies.split(';').filter((cookie) => !cookie.trimStart().startsWith(CONSOLE_COOKIE))
  return kept.join(';').trim()
}
