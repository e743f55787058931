import type { Addresses } from './addresses.ts'
import { DEFAULT_CONFIG } from './usage.ts'

/** What `cloudstead dev` prints when it is ready. */
export function devHints(env: string, base: string, { network }: Addresses): string {
  // A phone cannot connect to the loopback address.
  const { protocol, host } = new URL(network[0] ?? base)
  const scheme = protocol.slice(0, -1)
  return `${networkHints(network)}
  In the app, with the unmodified official SDK:

    const app = cloudbase.init({ env: '${env}' })
    app.registerEndPoint('//${host}/web', '${scheme}')
    app.registerEndPointWithKey({ key: 'GATEWAY', url: '//${host}/v1', protocol: '${scheme}' })
    const auth = app.auth({ persistence: 'local' })

  health  ${base}/health
  Login codes such as dev:mia log in made-up WeChat users. Edits to ${DEFAULT_CONFIG} take effect while the server runs.

`
}

function networkHints(network: readonly string[]): string {
  if (network.length === 0) return ''
  return `${network.map((address) => `  network ${address}\n`).join('')}
  Warning: everybody in this network can log in as any user, without a password. Use dev only in a network that you trust.
`
}
