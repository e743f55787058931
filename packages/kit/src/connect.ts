import { pathMaker } from './cloud-path.ts'
import { setConnected } from './connected.ts'
import type { Result } from './errors.ts'
import { watchForeground } from './foreground.ts'
import { createLogin, type LoginMethod, type LoginResult } from './login.ts'
import { createResolver, type ResolvedImage } from './resolve-images.ts'
import { type SaveResult, saveFileIDs } from './save-file-ids.ts'
import type { InnerApp, Sdk, SdkApp } from './sdk.ts'
import { sdkCall } from './sdk-call.ts'
import { createSlots } from './slots.ts'
import { startRun } from './upload-run.ts'
import type { UploadAllOptions, UploadFile, UploadOptions, UploadResult, UploadRun } from './upload-types.ts'
import { phone } from './wechat.ts'

export interface ConnectOptions {
  /** The environment, such as `demo-1abcde`. */
  readonly env: string
  /** Where a Cloudstead server is, such as `http://127.0.0.1:8787`. Without it: CloudBase. */
  readonly endpoint?: string | undefined
  /** How `ensureLogin` logs in. Without it the app logs in by itself through `cloud.auth`. */
  readonly login?: LoginMethod | undefined
  /** More options for the SDK's `init`, such as `region` or `timeout`. */
  readonly init?: Readonly<Record<string, unknown>> | undefined
}

/** A program's way to one environment. */
export interface Cloud<App extends SdkApp = SdkApp> {
  /** The SDK's own objects, untouched. */
  readonly app: App
  readonly auth: ReturnType<App['auth']>
  readonly db: ReturnType<App['database']>
  /** Who is logged in, logging in if need be. One login however many ask at once; it outlives the program. */
  ensureLogin(): Promise<LoginResult>
  /**
   * Uploads files under `users/{id}/`, some at a time. Survives weak networks and the background.
   *
   * @example
   * const run = cloud.uploadAll(files, { orderId, onProgress: ({ progress }) => this.setData({ progress }) })
   * const results = await run.done
   * const fileIDs = results.flatMap((result) => (result.ok ? [result.fileID] : []))
   */
  uploadAll(files: readonly UploadFile[], options?: UploadAllOptions): UploadRun
  uploadOne(file: UploadFile, options?: UploadOptions): Promise<UploadResult>
  /**
   * Any call of the SDK as the user: logs in if need be, again when the login is dead, and gives errors as values.
   *
   * @example
   * const found = await cloud.call(() => cloud.db.collection('orders').doc(id).get())
   * if (found.ok) this.setData({ order: found.answer.data[0] })
   */
  call<Answer>(work: () => Promise<Answer>): Promise<Result<{ readonly answer: Answer }>>
  /** Writes fileIDs into a field of a document, and the server's time into `updatedAt`. */
  saveFileIDs(collection: string, id: string | number, field: string, fileIDs: readonly string[]): Promise<SaveResult>
  /** URLs for `<image>`, in the order of the fileIDs; what cannot be shown says why. Never rejects. */
  resolveImages(fileIDs: readonly string[]): Promise<ResolvedImage[]>
  /** A new URL for one file, past the cache: for a picture that answered 403. */
  refresh(fileID: string): Promise<ResolvedImage>
}

/**
 * Connects the official SDK, which the app hands in, to CloudBase or to a Cloudstead server. Call it once, at the start.
 *
 * @example
 * import cloudbase from '@cloudbase/js-sdk'
 * export const cloud = connect(cloudbase, { env: 'demo-1abcde', endpoint: 'http://127.0.0.1:8787', login: 'openid' })
 *
 * @throws TypeError when `env` or `endpoint` is not what it has to be
 */
export function connect<App extends SdkApp>(
  cloudbase: Sdk<App> | { readonly default: Sdk<App> },
  options: ConnectOptions,
): Cloud<App> {
  const { env, endpoint, login: method } = options
  if (typeof env !== 'string' || env === '') throw new TypeError('connect needs the id of the environment, env')
  // Some builds of modules hand over the namespace instead of its default export.
  const sdk = 'init' in cloudbase ? cloudbase : cloudbase.default
  const server = endpoint === undefined ? undefined : parseEndpoint(endpoint)
  // 3.x would use another dialect by default, in which a page cannot be told why an upload was refused.
  const app = sdk.init({ env, endPointMode: 'CLOUD_API', ...options.init } as { env: string })
  const inner = app as unknown as InnerApp
  if (server !== undefined) {
    inner.registerEndPoint(`//${server.host}/web`, server.protocol)
    inner.registerEndPointWithKey({ key: 'GATEWAY', url: `//${server.host}/v1`, protocol: server.protocol })
  }
  // 2.27 makes its login client inside init, before the endpoint is known; an argument makes it make another.
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
