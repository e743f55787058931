import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { answerClientError } from './client-errors.ts'
import { type Connections, followConnections } from './connections.ts'
import { MAX_HEADER_BYTES } from './server.ts'

/** Where the functions of this process reach it, whatever address it listens on and however many processes share that. */
export interface InternalListener {
  /** `http://127.0.0.1:PORT`. It listens from the first call on. */
  url(): Promise<string>
  /** Finishes the requests in flight. Calling it again has no effect. */
  close(): Promise<void>
}

interface Opened {
  readonly server: Server
  readonly connections: Connections
  readonly url: string
}

const HOST = '127.0.0.1'

/** @param http the server whose routes answer; its time limits are those of the listener */
export function createInternalListener(http: FastifyInstance): InternalListener {
  let opening: Promise<Opened> | undefined
  let closing: Promise<void> | undefined

  async function open(): Promise<Opened> {
    await http.ready()
    const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, http.routing)
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = http.server
    Object.assign(server, { headersTimeout, requestTimeout, keepAliveTimeout, timeout })
    server.on('clientError', answerClientError)
    const connections = followConnections(server)
    // Not shared with the other processes of a cluster, whose functions have other keys.
    await once(server.listen({ host: HOST, port: 0, exclusive: true }), 'listening')
    return { server, connections, url: `http://${HOST}:${(server.address() as AddressInfo).port}` }
  }

  async function end(): Promise<void> {
    const opened = await opening?.catch(() => undefined)
    if (opened === undefined) return
    const { server, connections } = opened
    await connections.arrived()
    const closed = once(server, 'close')
    server.close()
    connections.closeIdle()
    await closed
  }

  return {
    async url() {
      if (closing !== undefined) throw new Error('the internal listener is closed')
      opening ??= open()
      try {
        return (await opening).url
      } catch (error) {
        // The next call tries again.
        opening = undefined
        throw error
      }
    },
    close() {
      closing ??= end()
      return closing
    },
  }
}
