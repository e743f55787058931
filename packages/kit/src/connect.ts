import type { Cloud, ConnectOptions } from './cloud.ts'
import { pathMaker } from './cloud-path.ts'
import { setConnected } from './connected.ts'
import { watchForeground } from './foreground.ts'
import { createLogin } from './login.ts'
import { createResolver } from './resolve-images.ts'
import { saveFileIDs } from './save-file-ids.ts'
import type { InnerApp, Sdk, SdkApp } from './sdk.ts'
import { sdkCall } from './sdk-call.ts'
import { createSlots } from './slots.ts'
import { startRun } from './upload-run.ts'
import type { UploadResult } from './upload-types.ts'
import { phone } from './wechat.ts'

/**
 * Connects the official SDK, passed in by the app, to CloudBase or to a Cloudstead server. Call it once, at the start.
 *
 * @example
 * import cloudbase from '@cloudbase/js-sdk'
 * export const cloud = connect(cloudbase, { env: 'demo-1abcde', endpoint: 'http://127.0.0.1:8787', login: 'openid' })
 *
 * @throws TypeError if `env` or `endpoint` is malformed
 */
export function connect<App extends SdkApp>(
  cloudbase: Sdk<App> | { readonly default: Sdk<App> },
  options: ConnectOptions,
): Cloud<App> {
  const { env, endpoint, login: method } = options
  if (typeof env !== 'string' || env === '') throw new TypeError('connect needs env, the id of the environment')
  // Some module bundlers pass the namespace instead of its default export.
  const sdk = 'init' in cloudbase ? cloudbase : cloudbase.default
  const server = endpoint === undefined ? undefined : parseEndpoint(endpoint)
  // The default dialect of 3.x does not tell a page why an upload was refused.
  const app = sdk.init({ env, endPointMode: 'CLOUD_API', ...options.init } as { env: string })
  const inner = app as unknown as InnerApp
  if (server !== undefined) {
    inner.registerEndPoint(`//${server.host}/web`, server.protocol)
    inner.registerEndPointWithKey({ key: 'GATEWAY', url: `//${server.host}/v1`, protocol: server.protocol })
  }
  // 2.27 creates its login client inside init, before the endpoint is known; an argument makes it create a new one.
  const auth = inner.auth({ persistence: 'local' })
  const db = inner.database()
  const wx = phone()
  const login = createLogin(auth, wx, method)
  const resolver = createResolver({ app: inner, login, env })
  const parts = {
    app: inner,
    wx,
    login,
    newPath: pathMaker(),
    slots: createSlots(),
    foreground: watchForeground(wx),
  }
  const cloud: Cloud<App> = {
    app,
    auth: auth as ReturnType<App['auth']>,
    db: db as unknown as ReturnType<App['database']>,
    ensureLogin: () => login.ensure(),
    uploadAll: (files, uploadOptions = {}) => startRun(parts, files, uploadOptions),
    async uploadOne(file, uploadOptions = {}) {
      const [result] = await startRun(parts, [file], uploadOptions).done
      return result as UploadResult
    },
    call: (work) => login.as(() => sdkCall(work)),
    saveFileIDs: (...what) => saveFileIDs(db, login, what),
    resolveImages: (fileIDs) => resolver.resolve(fileIDs),
    refresh: (fileID) => resolver.refresh(fileID),
  }
  setConnected(cloud as Cloud)
  return cloud
}

function parseEndpoint(endpoint: string): { protocol: string; host: string } {
  const [, protocol, host] = /^(https?):\/\/([^/?#\s]+)\/?$/.exec(endpoint) ?? []
  if (protocol === undefined || host === undefined) {
    throw new TypeError(`endpoint must look like https://example.com or http://127.0.0.1:8787, not ${endpoint}`)
  }
  return { protocol, host }
}
