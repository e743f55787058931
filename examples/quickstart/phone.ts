/** A phone: the unmodified Mini Program build of the official SDK and its adapter, in a simulated WeChat. */
import { createMiniProgramRuntime, createWx, type Wx, type WxOptions } from '@cloudstead/wx'

/** The versions of the SDK: that of the recipe, and the newest. */
export const SDKS = ['2.27.2', '3.7.0'] as const
export type SdkVersion = (typeof SDKS)[number]

export interface Phone {
  readonly wx: Wx
  readonly app: CloudbaseApp
  readonly auth: CloudbaseAuth
  /** Stops the timers of the SDK and removes the temporary files of the phone. */
  switchOff(): void
}

/**
 * @param host host and port of the server, such as `127.0.0.1:8787`
 * @param options properties of the phone, such as the code of `wx.login` and the pictures in the album
 */
export function switchOn(sdk: SdkVersion, host: string, env: string, options: WxOptions): Phone {
  const device = createWx(options)
  const runtime = createMiniProgramRuntime({
    wx: device.wx,
    Page: device.Page,
    App: device.App,
    resolveFrom: import.meta.dirname,
  })
  const { name, connect } = VERSIONS[sdk]
  const loaded = runtime.require<Cloudbase & { readonly default?: Cloudbase }>(name)
  const cloudbase = loaded.default ?? loaded
  const { default: adapter } = runtime.require<{ default: unknown }>('@cloudbase/adapter-wx_mp')
  cloudbase.useAdapters(adapter)
  const app = connect(cloudbase, host, env)
  return {
    wx: device.wx,
    app,
    auth: app.auth(),
    switchOff() {
      runtime.dispose()
      device.dispose()
    },
  }
}

// The changes of an app to use Cloudstead. The rest of its code stays the same.

function connect2(cloudbase: Cloudbase, host: string, env: string): CloudbaseApp {
  cloudbase.registerHook({
    target: 'auth',
    entity() {
      cloudbase.registerEndPoint(`//${host}/web`, 'http')
      cloudbase.registerEndPointWithKey({ key: 'GATEWAY', url: `//${host}/v1`, protocol: 'http' })
    },
  })
  return cloudbase.init({ env })
}

function connect3(cloudbase: Cloudbase, host: string, env: string): CloudbaseApp {
  const app = cloudbase.init({ env, endPointMode: 'CLOUD_API' })
  app.registerHost(host, 'http')
  return app
}

const VERSIONS = {
  '2.27.2': { name: '@cloudbase/js-sdk', connect: connect2 },
  '3.7.0': { name: '@cloudbase/js-sdk-3', connect: connect3 },
} as const

// The part of the SDK that the recipe uses. The SDK's own typings have other login results.

interface Cloudbase {
  init(options: { env: string; endPointMode?: 'CLOUD_API' }): CloudbaseApp
  useAdapters(adapter: unknown): void
  registerHook(hook: { target: string; entity: () => void }): void
  registerEndPoint(url: string, protocol: 'http' | 'https'): void
  registerEndPointWithKey(endPoint: { key: string; url: string; protocol: 'http' | 'https' }): void
}

interface CloudbaseApp {
  /** Only in js-sdk 3. */
  registerHost(host: string, protocol: 'http' | 'https'): void
  auth(): CloudbaseAuth
  database(): Database
  uploadFile(options: {
    cloudPath: string
    filePath: string
    onUploadProgress?: (event: { progress: number }) => void
  }): Promise<{ fileID: string }>
  getTempFileURL(options: { fileList: readonly string[] }): Promise<{ fileList: readonly UrlItem[] }>
}

export interface UrlItem {
  readonly fileID: string
  readonly tempFileURL: string
  /** Seconds; only for files without public read access. */
  readonly maxAge?: number
  readonly code: string
}

interface CloudbaseAuth {
  signInWithCustomTicket(getTicket: () => Promise<string>): Promise<{ error: unknown }>
  signInWithOpenId(options: { useWxCloud: boolean }): Promise<{ error: unknown }>
  hasLoginState(): unknown
  getLoginState(): Promise<{ readonly user: { readonly uid: string } } | null>
}

interface Database {
  serverDate(): unknown
  collection(name: string): {
    add(document: object): Promise<{ id?: string; code?: string }>
    doc(id: string): {
      get(): Promise<{ data: readonly Record<string, unknown>[] }>
      update(patch: object): Promise<{ updated?: number; code?: string }>
    }
  }
}
