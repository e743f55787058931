/** The code that connects an official SDK to a server: what the terminal, the Console and the docs show. */

export const SDKS = ['js-sdk-3', 'js-sdk-2', 'node-sdk', 'wx-server-sdk'] as const
export type Sdk = (typeof SDKS)[number]
/** The SDK of Mini Programs and web pages, which also runs in Node. The code is the same on each. */
export type ClientSdk = 'js-sdk-3' | 'js-sdk-2'

/**
 * The lines that direct js-sdk to a server; everything else in an app stays the same.
 *
 * js-sdk 3: since 3.5.3. Its default mode, GATEWAY, sends PATCH, which Mini Programs cannot, and there and in Node hides that a
 * write was refused.
 * js-sdk 2: also works with 3. This SDK forgets its addresses in each `init`, which at once creates the login client. The hook
 * runs in between.
 *
 * @param endpoint such as `http://127.0.0.1:8787`
 */
export function clientLines(sdk: ClientSdk, env: string, endpoint: string): string {
  const { protocol, host } = new URL(endpoint)
  const scheme = protocol.slice(0, -1)
  if (sdk === 'js-sdk-3') {
    return `const app = cloudbase.init({ env: '${env}', endPointMode: 'CLOUD_API' })
app.registerHost('${host}', '${scheme}')`
  }
  return `cloudbase.registerHook({
  target: 'auth',
  entity() {
    cloudbase.registerEndPoint('//${host}/web', '${scheme}')
    cloudbase.registerEndPointWithKey({ key: 'GATEWAY', url: '//${host}/v1', protocol: '${scheme}' })
  },
})
const app = cloudbase.init({ env: '${env}' })`
}

/**
 * The code that connects an SDK to a server, with its imports; for `wx-server-sdk` environment variables for a shell. The server
 * SDKs read `api-key.json`, which `cloudstead keys api` and the Console create.
 *
 * @param endpoint such as `http://127.0.0.1:8787`
 */
export function connectCode(sdk: Sdk, env: string, endpoint: string): string {
  switch (sdk) {
    case 'js-sdk-3':
    case 'js-sdk-2':
      return `import cloudbase from '@cloudbase/js-sdk'

${clientLines(sdk, env, endpoint)}`
    case 'node-sdk':
      return `const cloudbase = require('@cloudbase/node-sdk')
const { secretId, secretKey } = require('./api-key.json')

const app = cloudbase.init({
  env: '${env}',
  serviceUrl: '${endpoint}/admin',
  secretId,
  secretKey,
})`
    case 'wx-server-sdk':
      return `export TCB_CONTEXT_CNFG='{"URL":"${endpoint}/admin"}'
export TENCENTCLOUD_SECRETID=$(node -p "require('./api-key.json').secretId")
export TENCENTCLOUD_SECRETKEY=$(node -p "require('./api-key.json').secretKey")
export SCF_NAMESPACE=${env}`
  }
}
