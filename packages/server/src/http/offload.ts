/** Downloads whose bytes nginx sends: `X-Accel-Redirect` names the file, and the server is free for other requests. */
import { BlockList, isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { RangeVerdict } from './conditional.ts'

export interface OffloadOptions {
  /** The internal location of nginx that has the directory of the files: `/cloudstead-files/`. */
  readonly location: string
  /** Addresses and networks, such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[]
}

export interface Offload {
  /** Whether nginx is asking, and gives this part of the body in the same way as the server. */
  canSend(request: Pick<FastifyRequest, 'raw' | 'headers'>, part: Exclude<RangeVerdict, 'unsatisfiable'>): boolean
  /**
   * The headers of an answer without a body, from which nginx makes the one that the client gets.
   *
   * @param path of the file, below the directory of the files
   * @param headers of the answer with the body
   */
  headers(path: string, headers: AnswerHeaders): AnswerHeaders
}

type AnswerHeaders = Readonly<Record<string, string | number>>

/** nginx would compare these with the times of its file, which are others, and knows no ETag at that point. */
const JUDGED_BY_NGINX = ['if-match', 'if-unmodified-since'] as const

export function createOffload({ location, trustedProxies }: OffloadOptions): Offload {
  const trusted = networksOf(trustedProxies)
  return {
    canSend: ({ raw, headers: asked }, part) => {
      // A program on the proxy's machine that asks without the proxy has to get the bytes.
      if (!isFrom(trusted, raw.socket.remoteAddress) || asked['x-forwarded-for'] === undefined) return false
      if (JUDGED_BY_NGINX.some((name) => asked[name] !== undefined)) return false
      // nginx could find a range where the server found none.
      return part !== 'whole' || asked.range === undefined
    },
    headers(path, headers) {
      // nginx says the first two itself. Of a whole file it also says that it accepts ranges, of a range it does not.
      const { 'content-length': _length, 'content-range': range, 'accept-ranges': ranges = '', ...others } = headers
      const more = range === undefined ? {} : { 'accept-ranges': ranges }
      return { ...others, ...more, 'x-accel-redirect': `${location}${path}` }
    },
  }
}

function networksOf(trustedProxies: readonly string[]): BlockList {
  const networks = new BlockList()
  for (const network of trustedProxies) {
    const [address = '', bits] = network.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) networks.addAddress(address, family)
    else networks.addSubnet(address, Number(bits), family)
  }
  return networks
}

function isFrom(networks: BlockList, address: string | undefined): boolean {
  return address !== undefined && networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
