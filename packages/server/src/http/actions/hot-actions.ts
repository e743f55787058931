/**
 * The fast road for actions: a small plain POST is read and run before the framework sees it, by the same endpoint, and a
 * small answer is sent. All else is left to the framework: what is not plain from its beginning, and the outcome of what
 * was run when it is an error, a denial or a large answer.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { DeniedError } from '../../decisions/denied-error.ts'
import { leaveToFramework } from '../begun.ts'
import { isMediaType, parseSmallObject } from '../bodies.ts'
import type { IsOwnHost } from '../foreign-hosts.ts'
import type { LargeAnswers } from '../large-answers.ts'
import type { Params } from '../params.ts'
import { type ReceivedBody, receiveBody, SMALL_BODY_BYTES } from '../read-body.ts'
import { requestIdOf } from '../request-id.ts'
import type { ActionEndpoint } from './endpoint.ts'
import { JSON_TYPE } from './routes.ts'

export interface HotActionsOptions {
  readonly endpoint: ActionEndpoint
  readonly answers: Pick<LargeAnswers, 'passes'>
  readonly isOwnHost: IsOwnHost
  /** Whether headers can tell the addresses of clients. */
  readonly behindProxies: boolean
  /** Called for each answer. @param seconds that it took */
  readonly counted: (seconds: number) => void
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** A query string without encoded characters. */
const PLAIN_QUERY = /^[\w&=.-]*$/

/** Answers plain actions of a server before its listener, which gets all other requests. */
export function answerHotActions(server: Server, options: HotActionsOptions): void {
  const { endpoint, answers, isOwnHost, behindProxies, counted } = options
  const [otherwise] = server.listeners('request') as Listener[]
  if (otherwise === undefined) throw new Error('the server has no listener yet')
  const { path, env } = endpoint
  const withEnv = `${path}?env=${env}`

  function isPlain({ method, url = '', headers }: IncomingMessage): boolean {
    // A server that stops tells its clients so in another way.
    if (method !== 'POST' || !url.startsWith(path) || !server.listening) return false
    if (behindProxies && headers['x-forwarded-for'] !== undefined) return false
    return (url === withEnv || isPlainUrl(url)) && isPlainHead(headers, isOwnHost)
  }

  /** The path, and a query that names no environment. */
  function isPlainUrl(url: string): boolean {
    if (url.length === path.length) return true
    const query = url.slice(path.length + 1)
    return url[path.length] === '?' && PLAIN_QUERY.test(query) && !query.includes('env')
  }

  function run(request: IncomingMessage, response: ServerResponse): void {
    const id = requestIdOf(request)
    const startedAt = performance.now()
    let denied: readonly DeniedError[] = []
    const envInUrl = request.url === withEnv ? env : undefined

    const keepDenied = (errors: readonly DeniedError[]) => {
      denied = errors
    }
    const leave = (outcome: () => string, checkBody = () => {}) => {
      leaveToFramework(request, { id, startedAt, checkBody, outcome, denied })
      otherwise?.(request, response)
    }
    const send = (text: string) => {
      if (denied.length > 0 || !answers.passes(text, response)) return leave(() => text)
      response.writeHead(200, [
        'vary',
        'origin',
        'content-type',
        JSON_TYPE,
        'x-request-id',
        id,
        'content-length',
        String(Buffer.byteLength(text)),
      ])
      response.end(text)
      counted((performance.now() - startedAt) / 1000)
    }
    const refuse = (error: unknown) => leave(throwing(error))
    const refuseBody = (error: unknown) => leave(throwing(error), throwing(error))
    const call = {
      id,
      request,
      response,
      envInUrl,
      query: () => Object.fromEntries(new URLSearchParams(request.url?.slice(path.length + 1))),
      clientAddress: () => request.socket.remoteAddress ?? '',
      denied: keepDenied,
    }
    const received = ({ bytes }: ReceivedBody) => {
      let body: Params | undefined
      try {
        body = parseSmallObject(bytes.toString('utf8'))
      } catch (error) {
        return refuseBody(error)
      }
      endpoint.answer(call, body).then(send, refuse)
    }
    receiveBody(request, { limitBytes: SMALL_BODY_BYTES }, received, refuseBody)
  }

  server.off('request', otherwise)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (isPlain(request)) run(request, response)
    else otherwise(request, response)
  })
}

function throwing(error: unknown): () => never {
  return () => {
    throw error
  }
}

/** Other web sites, and bodies that are large or of unknown length, are for the framework. */
function isPlainHead(headers: IncomingMessage['headers'], isOwnHost: IsOwnHost): boolean {
  const { host, origin, expect, 'content-type': type, 'content-length': length, 'transfer-encoding': coding } = headers
  if (host === undefined || origin !== undefined || expect !== undefined || coding !== undefined) return false
  const bytes = Number(length)
  return bytes > 0 && bytes <= SMALL_BODY_BYTES && isMediaType(type) && isOwnHost(host)
}
