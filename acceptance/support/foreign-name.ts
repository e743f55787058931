/** A host name that leads to this machine although no server lists it, as with DNS rebinding. */
import dns from 'node:dns'

export const FOREIGN_NAME = 'shop.example'

const resolve = dns.lookup as unknown as (...args: unknown[]) => void

function lookup(host: unknown, ...rest: unknown[]): void {
  resolve(host === FOREIGN_NAME ? '127.0.0.1' : host, ...rest)
}

dns.lookup = Object.assign(lookup, dns.lookup) as unknown as typeof dns.lookup
