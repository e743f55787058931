export type Platform = 'mini-program' | 'web' | 'node'
export const PLATFORMS: readonly Platform[] = ['mini-program', 'web', 'node']

/**
 * The code that connects an app to this server.
 *
 * @param endpoint such as `http://127.0.0.1:8787`
 */
export function connectCode(platform: Platform, env: string, endpoint: string): string {
  const { protocol, host } = new URL(endpoint)
  const scheme = protocol.slice(0, -1)
  const connect = [
    `const app = cloudbase.init({ env: '${env}' })`,
    `app.registerEndPoint('//${host}/web', '${scheme}')`,
    `app.registerEndPointWithKey({ key: 'GATEWAY', url: '//${host}/v1', protocol: '${scheme}' })`,
    "const auth = app.auth({ persistence: 'local' })",
  ]
  switch (platform) {
    case 'mini-program':
      return [
        "import cloudbase from '@cloudbase/js-sdk'",
        "import adapter from '@cloudbase/adapter-wx_mp'",
        '',
        'cloudbase.useAdapters(adapter)',
        ...connect,
      ].join('\n')
    case 'web':
      return ["import cloudbase from '@cloudbase/js-sdk'", '', ...connect].join('\n')
    case 'node':
      return [
        "const cloudbase = require('@cloudbase/node-sdk')",
        "const { secretId, secretKey } = require('./api-key.json')",
        '',
        'const app = cloudbase.init({',
        `  env: '${env}',`,
        `  serviceUrl: '${endpoint}/admin',`,
        '  secretId,',
        '  secretKey,',
        '})',
      ].join('\n')
  }
}
