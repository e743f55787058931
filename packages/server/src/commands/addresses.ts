import { networkInterfaces } from 'node:os'

/** Where clients reach a server. */
export interface Addresses {
  /** For this machine. */
  readonly local: string
  /** For other machines in the network; empty when the server does not listen there. */
  readonly network: readonly string[]
}

/**
 * The addresses of a server. `0.0.0.0` and `::` are not addresses that a client can connect to; they stand for all
 * addresses of the machine.
 *
 * @param url of the address that the server listens on
 */
export function addressesOf(url: string, interfaces = networkInterfaces()): Addresses {
  const { hostname, port } = new URL(url)
  const at = (host: string) => `http://${host}:${port}`
  if (hostname === '0.0.0.0' || hostname === '[::]') {
    const outside = Object.values(interfaces).flatMap((list) => list ?? [])
    const reachable = outside.filter(({ family, internal }) => family === 'IPv4' && !internal)
    return { local: at('127.0.0.1'), network: reachable.map(({ address }) => at(address)) }
  }
  const isLocal = hostname.startsWith('127.') || hostname === '[::1]'
  return { local: url, network: isLocal ? [] : [url] }
}
