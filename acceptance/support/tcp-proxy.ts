/** A proxy between servers and their database that breaks connections. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** The chance that a packet in either direction is the last of its connection. */
  cutChance: number
  /** The connections that were cut so far. */
  readonly cuts: number
  /** Nothing goes through any more, and no connection is closed: as with a network that has failed. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

/** Passes on the connections to a port of this machine. */
export async function openTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let cuts = 0
  let isFrozen = false

  function pass(from: Socket, to: Socket): void {
    from.on('data', (packet: Buffer) => {
      if (Math.random() >= proxy.cutChance) {
        to.write(packet)
        return
      }
      cuts += 1
      // Half of the last packets arrive: the end of a transaction, for example, whose answer is lost.
      if (Math.random() < 0.5) to.end(packet)
      else to.destroy()
      from.destroy()
    })
    from.on('close', () => to.destroySoon())
    // A reset is an end like another.
    from.on('error', () => {})
    if (isFrozen) from.pause()
  }

  const listener = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1')
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
    pass(incoming, outgoing)
    pass(outgoing, incoming)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')

  const proxy: TcpProxy = {
    port: (listener.address() as AddressInfo).port,
    cutChance: 0,
    get cuts() {
      return cuts
    },
    freeze() {
      isFrozen = true
      for (const socket of sockets) socket.pause()
    },
    thaw() {
      isFrozen = false
      for (const socket of sockets) socket.resume()
    },
    async close() {
      listener.close()
      for (const socket of sockets) socket.destroy()
      await once(listener, 'close')
    },
  }
  return proxy
}
