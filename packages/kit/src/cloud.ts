import type { Result } from './errors.ts'
import type { LoginMethod, LoginResult } from './login.ts'
import type { ResolvedImage } from './resolve-images.ts'
import type { SaveResult } from './save-file-ids.ts'
import type { SdkApp } from './sdk.ts'
import type { UploadAllOptions, UploadFile, UploadOptions, UploadResult, UploadRun } from './upload-types.ts'

export interface ConnectOptions {
  /** The environment, such as `demo-1abcde`. */
  readonly env: string
  /** The URL of a Cloudstead server, such as `http://127.0.0.1:8787`. Default: CloudBase. */
  readonly endpoint?: string | undefined
  /** How `ensureLogin` logs in. Without it the app has to log in through `cloud.auth`. */
  readonly login?: LoginMethod | undefined
  /** More options for the SDK's `init`, such as `region` or `timeout`. */
  readonly init?: Readonly<Record<string, unknown>> | undefined
}

/** The connection of a program to one environment. */
export interface Cloud<App extends SdkApp = SdkApp> {
  /** The SDK's own objects, unchanged. */
  readonly app: App
  readonly auth: ReturnType<App['auth']>
  readonly db: ReturnType<App['database']>
  /** The current user; logs in if necessary. Concurrent calls share one login, which outlives the program. */
  ensureLogin(): Promise<LoginResult>
  /**
   * Uploads files under `users/{id}/`, a few at a time. Retries on weak networks and after the background.
   *
   * @example
   * const run = cloud.uploadAll(files, { orderId, onProgress: ({ progress }) => this.setData({ progress }) })
   * const results = await run.done
   * const fileIDs = results.flatMap((result) => (result.ok ? [result.fileID] : []))
   */
  uploadAll(files: readonly UploadFile[], options?: UploadAllOptions): UploadRun
  uploadOne(file: UploadFile, options?: UploadOptions): Promise<UploadResult>
  /**
   * Runs any call of the SDK as the user: logs in if necessary, again if the login has expired, and returns errors as values.
   *
   * @example
   * const found = await cloud.call(() => cloud.db.collection('orders').doc(id).get())
   * if (found.ok) this.setData({ order: found.answer.data[0] })
   */
  call<Answer>(work: () => Promise<Answer>): Promise<Result<{ readonly answer: Answer }>>
  /** Writes fileIDs to a field of a document, and the server's time to `updatedAt`. */
  saveFileIDs(collection: string, id: string | number, field: string, fileIDs: readonly string[]): Promise<SaveResult>
  /** URLs for `<image>`, in the order of the fileIDs, or the error of a fileID that has none. Never rejects. */
  resolveImages(fileIDs: readonly string[]): Promise<ResolvedImage[]>
  /** A new URL for one file, bypassing the cache: for a picture whose URL answered 403. */
  refresh(fileID: string): Promise<ResolvedImage>
}
