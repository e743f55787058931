/** What the kit uses of `@cloudbase/js-sdk`, both 2.27 and 3.x. The app passes the SDK itself in. */

/** The SDK: the default export of `@cloudbase/js-sdk`. */
export interface Sdk<App extends SdkApp> {
  init(options: { env: string }): App
}

/** What `init` returns. Its own types are kept for `cloud.app`, `cloud.auth` and `cloud.db`. */
export interface SdkApp {
  auth(options?: { persistence: 'local' }): object
  database(): object
}

/** The app with the methods that the kit calls. */
export interface InnerApp {
  registerEndPoint(url: string, protocol: string): void
  registerEndPointWithKey(options: { key: string; url: string; protocol: string }): void
  auth(options?: { persistence: 'local' }): InnerAuth
  database(): InnerDatabase
  getUploadMetadata(options: { cloudPath: string; method: 'post' }): Promise<{ data?: Partial<UploadMetadata> }>
  getTempFileURL(options: { fileList: readonly string[] }): Promise<{ fileList?: readonly UrlItem[] }>
}

/** The upload ticket of one file. */
export interface UploadMetadata {
  readonly url: string
  readonly token: string
  readonly authorization: string
  readonly fileId: string
  readonly cosFileId: string
}

export interface UrlItem {
  readonly fileID?: string
  readonly tempFileURL?: string
  readonly code?: string
  readonly message?: string
  /** Seconds. */
  readonly maxAge?: number
}

export interface InnerAuth {
  hasLoginState(): unknown
  getLoginState(): Promise<{ readonly user?: SdkUser } | null>
  signInAnonymously(options: object): Promise<SignInAnswer>
  signInWithCustomTicket(getTicket: () => Promise<string>): Promise<SignInAnswer>
  signInWithOpenId(options: { useWxCloud: boolean }): Promise<SignInAnswer>
}

export interface SignInAnswer {
  readonly error?: unknown
}

export interface SdkUser {
  readonly uid?: string
  readonly name?: string
  readonly open_id?: string
  readonly customUserId?: string
  readonly providers?: readonly { readonly id?: string; readonly provider_user_id?: string }[]
}

export interface InnerDatabase {
  serverDate(): unknown
  collection(name: string): {
    doc(id: string | number): {
      update(patch: object): Promise<{ updated?: number; code?: string; message?: string }>
    }
  }
}
