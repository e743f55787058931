import { clientLines } from '@cloudstead/admin-api'
import type { App } from '../app.ts'
import type { Addresses } from './addresses.ts'
import { DEFAULT_CONFIG } from './usage.ts'

/** What `cloudstead dev` prints when it is ready. */
export function devHints(
  env: string,
  base: string,
  { network }: Addresses,
  functions: ReturnType<App['functions']>,
): string {
  // A phone cannot connect to the loopback address.
  const endpoint = network[0] ?? base
  const indented = (sdk: 'js-sdk-3' | 'js-sdk-2') => clientLines(sdk, env, endpoint).replaceAll(/^/gm, '    ')
  return `${networkHints(network)}
  In the app, with the unmodified official SDK:

    // js-sdk 3, from 3.5.3: one line after init
${indented('js-sdk-3')}

    // js-sdk 2: one statement before init
${indented('js-sdk-2')}

${functionLines(base, functions)}  health  ${base}/health
  Login codes such as dev:mia log in made-up WeChat users. Edits to ${DEFAULT_CONFIG} take effect while the server runs.

`
}

/** Each function with the addresses of its routes. */
function functionLines(base: string, { names, routes }: ReturnType<App['functions']>): string {
  const lines = names.map((name) => {
    const ways = routes.filter((route) => route.function === name).map(({ path }) => `${base}/fn${path}`)
    return `    ${[name, ...ways].join('  ')}\n`
  })
  return lines.length === 0 ? '' : `  Functions, with the addresses of their routes:\n\n${lines.join('')}\n`
}

function networkHints(network: readonly string[]): string {
  if (network.length === 0) return ''
  return `${network.map((address) => `  network ${address}\n`).join('')}
  Warning: everybody in this network can log in as any user, without a password. Use dev only in a network that you trust.
`
}
