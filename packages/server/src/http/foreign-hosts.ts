import { isIPv4 } from 'node:net'
import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import type { CurrentSettings } from '../settings.ts'

/** Characters of a Host header that a message quotes. */
const MAX_SHOWN = 100
const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/
/** Names that nobody can register: those of this machine, and names of one label, as in a container network. */
const LOCAL_NAME = /^(?:(?:[a-z0-9_-]+\.)*localhost|[a-z0-9_-]+)$/

export interface ForeignHostsOptions {
  readonly publicUrl: string | undefined
  readonly settings: CurrentSettings
}

/** Whether a Host header names this server. */
export type IsOwnHost = (host: string) => boolean

export function ownHosts({ publicUrl, settings }: ForeignHostsOptions): IsOwnHost {
  const own = publicUrl === undefined ? undefined : new URL(publicUrl).hostname
  return (host) => {
    const name = hostName(host)
    return name !== undefined && (needsNoEntry(name) || name === own || settings().security.hosts.includes(name))
  }
}

/**
 * Refuses requests whose Host is a name that is not ours. A web site can make its own name resolve to this server (DNS
 * rebinding); its pages are then of the same origin as the server for the browser, which asks for no CORS permission. An IP
 * address cannot be rebound, nor can a name that nobody can register, so these are accepted.
 *
 * Each surface encodes the error itself: with HTTP 421, or with 200 in dialects A and B, where SDKs lose any other error.
 */
export function refuseForeignHosts(app: FastifyInstance, isOwnHost: IsOwnHost): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { host } = request.headers
    // No browser sends a request without a Host.
    if (host === undefined || isOwnHost(host)) return done()
    done(
      new CloudsteadError('HOST_NOT_ALLOWED', {
        en: `This server does not answer to the host ${JSON.stringify(host.slice(0, MAX_SHOWN))}. If the name is yours, add it to security.hosts in the configuration file or in the Console, or start the server with --public-url.`,
        zh: `本服务器不接受主机名 ${JSON.stringify(host.slice(0, MAX_SHOWN))}。如果这是您的域名，请在配置文件或控制台中将它加入 security.hosts，或用 --public-url 启动服务器。`,
      }),
    )
  })
}

function needsNoEntry(name: string): boolean {
  return isIPv4(name) || name.startsWith('[') || LOCAL_NAME.test(name)
}

/** The name or address in a Host header, in lower case, without port and final dot. */
function hostName(host: string): string | undefined {
  return HOST.exec(host.toLowerCase())?.[1]?.replace(/\.$/, '')
}
