/** A phone: the unmodified Mini Program build of the official SDK and its adapter, in a simulated WeChat. */
import { createMiniProgramRuntime, createWx, type Wx, type WxOptions } from '@cloudstead/wx'

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
export function switchOn(host: string, env: string, options: WxOptions): Phone {
  const device = createWx(options)
  const runtime = createMiniProgramRuntime({
    wx: device.wx,
    Page: device.Page,
    App: device.App,
    resolveFrom: import.meta.dirname,
  })
  const cloudbase = runtime.require<Cloudbase>('@cloudbase/js-sdk')
  const { default: adapter } = runtime.require<{ default: unknown }>('@cloudbase/adapter-wx_mp')
  cloudbase.useAdapters(adapter)

  // The changes of an app to use Cloudstead. The rest of its code stays the same.
  const app = cloudbase.init({ env })
  app.registerEndPoint(`//${host}/web`, 'http')
  app.registerEndPointWithKey({ key: 'GATEWAY', url: `//${host}/v1`, protocol: 'http' })
  const auth = app.auth({ persistence: 'local' })

  return {
    wx: device.wx,
    app,
    auth,
    switchOff() {
      runtime.dispose()
      device.dispose()
    },
  }
}

// The part of the SDK that the recipe uses. The SDK's own typings lack registerEndPoint and have other login results.

interface Cloudbase {
  init(options: { env: string }): CloudbaseApp
  useAdapters(adapter: unknown): void
}

interface CloudbaseApp {
  registerEndPoint(url: string, protocol: 'http' | 'https'): void
  registerEndPointWithKey(endPoint: { key: string; url: string; protocol: 'http' | 'https' }): void
  auth(options: { persistence: 'local' }): CloudbaseAuth
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
