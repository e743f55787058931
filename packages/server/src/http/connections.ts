import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'

/** Time for bytes that have reached this machine to reach the process, when the server stops. */
const ARRIVAL_MS = 100
/** The largest number of connections in the accept queue of the operating system: the default backlog of `listen`. */
const BACKLOG = 511

/** The open connections of a server. A stopping server waits for requests, not for idle connections. */
export interface Connections {
  /** Resolves when the server has received every connection and request that reached this machine before the call. */
  arrived(): Promise<void>
  /** Closes idle connections, now and from now on: each one as soon as its last request is finished. */
  closeIdle(): void
}

/**
 * Tracks the connections of a server; call it before the server listens. When a server stops, Node itself closes only the
 * connections that are between two requests. A connection without a complete request would keep the server running until
 * its timeout, and one whose last request ends later until the end of its keep-alive time.
 */
export function followConnections(server: Server): Connections {
  const requests = new Map<Socket, number>()
  let accepted = 0
  let closing = false

  function count(socket: Socket, change: 1 | -1): void {
    requests.set(socket, (requests.get(socket) ?? 0) + change)
    if (closing) void closeIfIdle(socket)
  }

  async function closeIfIdle(socket: Socket): Promise<void> {
    await unreadBytes()
    if (requests.get(socket) === 0) socket.destroySoon()
  }

  server.on('connection', (socket: Socket) => {
    accepted += 1
    requests.set(socket, 0)
    socket.once('close', () => requests.delete(socket))
    if (closing) void closeIfIdle(socket)
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    count(socket, 1)
    response.once('close', () => count(socket, -1))
  })

  return {
    async arrived() {
      await setTimeout(ARRIVAL_MS)
      // The event loop accepts one connection per turn, and a turn can take long when there is other work.
      for (let turn = 0, before = -1; accepted !== before && turn < BACKLOG; turn += 1) {
        before = accepted
        await setImmediate()
      }
      await unreadBytes()
    },
    closeIdle() {
      closing = true
      for (const socket of requests.keys()) void closeIfIdle(socket)
    },
  }
}

/** Resolves when the bytes waiting in the sockets have been read: one turn to start reading a new socket, one to read. */
async function unreadBytes(): Promise<void> {
  await setImmediate()
  await setImmediate()
}
