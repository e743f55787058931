import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What has reached the machine when the server is told to stop is still read: it is in flight for whoever sent it. */
const GRACE_MS = 100

/** The open connections of a server, so that stopping waits for requests, not for clients that merely stay connected. */
export interface Connections {
  /** From now on a connection is closed as soon as it has no request to finish. */
  closeIdle(): void
}

/**
 * Follows the connections of a server from the first on. Node closes connections between two requests by itself; one
 * that never sent a request, or half the head of one, would keep a stopping server until its timeout, and one whose last
 * request ended meanwhile until its keep-alive time is over.
 */
export function followConnections(server: Server): Connections {
  const requests = new Map<Socket, number>()
  let closing = false

  function count(socket: Socket, change: 1 | -1): void {
    const left = (requests.get(socket) ?? 0) + change
    requests.set(socket, left)
    if (closing && left === 0) socket.destroySoon()
  }

  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0)
    socket.once('close', () => requests.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    count(socket, 1)
    response.once('close', () => count(socket, -1))
  })

  return {
    closeIdle() {
      setTimeout(() => {
        closing = true
        for (const [socket, running] of requests) if (running === 0) socket.destroy()
      }, GRACE_MS)
    },
  }
}
