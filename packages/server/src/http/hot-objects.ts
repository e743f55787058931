/**
 * The fast road for downloads: a GET of a small stored file, as pages of pictures send it, is answered before the framework
 * sees it. It asks the same service for the file and makes the same headers. Whatever is not plain is left to the framework,
 * also every error.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Recent } from '../recent.ts'
import { isSmall } from '../storage/body.ts'
import type { ObjectRequest, OpenedObject } from '../storage/open-object.ts'
import type { Storage } from '../storage/storage.ts'
import type { IsOwnHost } from './foreign-hosts.ts'
import { parseObjectUrl } from './objects.ts'
import { cacheControlOf, fileHeaders, wholeHeaders } from './send-object.ts'

export interface HotObjectsOptions {
  readonly storage: Pick<Storage, 'openObject' | 'lend'>
  readonly isOwnHost: IsOwnHost
  /** Called for each answer. @param seconds that it took */
  readonly counted: (seconds: number) => void
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

const PREFIX = '/o/'
/** URLs that were answered a moment ago: they need no parsing, and no verifying of their signatures. */
const RECENT_URLS = 4_000
/** A longer URL is not remembered. */
const MAX_URL = 300
/** Other web sites, conditions, parts and bodies are for the framework. */
const NOT_PLAIN = /^(?:origin|range|if-.*|content-length|transfer-encoding)$/i

/** Answers plain downloads of a server before its listener, which gets all other requests. */
export function answerHotObjects(server: Server, { storage, isOwnHost, counted }: HotObjectsOptions): void {
  const [otherwise] = server.listeners('request') as Listener[]
  if (otherwise === undefined) throw new Error('the server has no listener yet')
  const urls = new Recent<string, ObjectRequest>(RECENT_URLS)
  /** By file: the headers that are the same in all answers, as names and values in turn. */
  const heads = new WeakMap<OpenedObject['file'], readonly string[]>()

  function headOf(opened: OpenedObject): readonly string[] {
    const known = heads.get(opened.file)
    if (known !== undefined) return known
    const headers = { vary: 'origin', ...fileHeaders(opened, undefined), ...wholeHeaders(opened.body) }
    const head = Object.entries(headers).flatMap(([name, value]) => [name, String(value)])
    heads.set(opened.file, head)
    return head
  }

  /** Resolves to whether it has answered. */
  async function answered(url: string, response: ServerResponse): Promise<boolean> {
    const start = performance.now()
    const known = urls.get(url)
    const object = known ?? plainObjectOf(url)
    if (object === undefined) return false
    const opened = await storage.openObject(object)
    const loan = isSmall(opened.body.size) ? await storage.lend(opened.body) : undefined
    if (loan === undefined) return false
    if (known === undefined && url.length <= MAX_URL) urls.set(url, object)
    response
      .writeHead(200, [...headOf(opened), 'cache-control', cacheControlOf(opened), 'x-request-id', randomUUID()])
      // When the connection is lost before, the bytes are not given back.
      .on('finish', loan.giveBack)
      .end(loan.bytes)
    counted((performance.now() - start) / 1000)
    return true
  }

  server.off('request', otherwise)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '' } = request
    // A server that stops tells its clients so in another way.
    const isPlain = method === 'GET' && url.startsWith(PREFIX) && server.listening && isPlainHead(request, isOwnHost)
    if (!isPlain) return otherwise(request, response)
    answered(url, response).then(
      (done) => done || otherwise(request, response),
      // The framework finds the same error, reports it and answers it.
      () => otherwise(request, response),
    )
  })
}

/** Undefined when the file is to be saved under a name. */
function plainObjectOf(url: string): ObjectRequest | undefined {
  const { object, downloadName } = parseObjectUrl(url)
  return downloadName === undefined ? object : undefined
}

function isPlainHead({ rawHeaders }: IncomingMessage, isOwnHost: IsOwnHost): boolean {
  let isOwn = false
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (NOT_PLAIN.test(name)) return false
    if (name.length === 4 && name.toLowerCase() === 'host') {
      if (isOwn || !isOwnHost(rawHeaders[at + 1] ?? '')) return false
      isOwn = true
    }
  }
  return isOwn
}
