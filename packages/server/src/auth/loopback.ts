/** What tells where a request comes from. */
export interface Sender {
  /** The address of the other end of the connection, never one of a header. */
  readonly remoteAddress?: string | undefined
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What proxies add to the requests of others. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip']

/** Whether the address of a socket (never of a header) is a loopback address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address)
}

/** Whether a request was made on this machine. What a proxy on this machine passes on was made elsewhere. */
export function isLocal({ remoteAddress = '', headers }: Sender): boolean {
  return isLoopback(remoteAddress) && FORWARDED.every((name) => headers[name] === undefined)
}
