import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'

/** Bytes that a client has sent may still be on their way through the machine when the server is told to stop. */
const ARRIVAL_MS = 100
/** As many connections as the system's accept queue holds: the default backlog of `listen`. */
const BACKLOG = 511

/** The open connections of a server, so that stopping waits for requests, not for clients that merely stay connected. */
export interface Connections {
  /** Resolves when every connection and request that reached the machine before the call has reached the server. */
  arrived(): Promise<void>
  /** From now on a connection is closed as soon as it has no request to finish. */
  closeIdle(): void
}

/**
 * Follows the connections of a server from the first on. Node closes connections between two requests by itself. A
 * connection that never sent a request, or half the head of one, would hold up a stopping server until its timeout, and
 * one whose last request ended meanwhile until its keep-alive time is over.
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
      // The event loop accepts one connection per turn, and a turn is as long as the work that it finds.
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

/** Resolves when the bytes that wait in the sockets have been read: the first turn starts reading a new socket, the second reads. */
async function unreadBytes(): Promise<void> {
  await setImmediate()
  await setImmediate()
}
