import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/**
 * Connections wait in the system's queue until they are accepted, requests until they are read. What has reached the
 * machine when the server is told to stop is in flight for whoever sent it, so that much time is left for it.
 */
const ARRIVAL_MS = 100

/** The open connections of a server, so that stopping waits for requests, not for clients that merely stay connected. */
export interface Connections {
  /** Resolves when what reached the machine before this moment has reached the server. */
  arrived(): Promise<void>
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
    arrived: () => setTimeout(ARRIVAL_MS),
    closeIdle() {
      closing = true
      for (const [socket, running] of requests) if (running === 0) socket.destroy()
    },
  }
}
