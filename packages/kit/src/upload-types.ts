import type { NamedFile } from './cloud-path.ts'
import type { Failed } from './errors.ts'
import type { Signal } from './signal.ts'

/** A file on the phone, as `pickMedia` or `wx.chooseMedia` gives it. */
export interface UploadFile extends NamedFile {
  /** Bytes. */
  readonly size: number
}

export interface UploadOptions {
  /** Puts the files under `users/{id}/orders/{orderId}/`. */
  readonly orderId?: string | undefined
  /** How many more times a file is tried after a retryable error; default 3. */
  readonly retries?: number | undefined
  /** The delay before the second try, doubled for each further try; default 1,000 ms. */
  readonly retryDelayMs?: number | undefined
  /** Timeout of one upload; default 60 s plus the time for the file at 64 KiB/s. */
  readonly timeoutMs?: number | undefined
  readonly signal?: Signal | undefined
  /** Called at most every 100 ms, and once at the end. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
}

export interface UploadAllOptions extends UploadOptions {
  /** Maximum number of concurrent files, 1 to 8; default 3. */
  readonly concurrency?: number | undefined
  /** Called for each file as soon as it has a result. */
  readonly onFile?: ((result: UploadResult, index: number) => void) | undefined
}

export type UploadResult = Uploaded | (Failed & { readonly file: UploadFile })

export interface Uploaded {
  readonly ok: true
  readonly fileID: string
  readonly cloudPath: string
  /** Bytes. */
  readonly size: number
  readonly file: UploadFile
}

/** The progress of a run. */
export interface UploadProgress {
  /** 0 to 100, of all bytes; never decreases. */
  readonly progress: number
  /** Bytes. */
  readonly sent: number
  readonly total: number
  /** Number of stored files. */
  readonly done: number
  /** Number of failed files. */
  readonly failed: number
  /** In the order of the files given. */
  readonly files: readonly FileProgress[]
}

export interface FileProgress {
  readonly state: 'waiting' | 'uploading' | 'done' | 'failed'
  /** 0 to 100; restarts with each try. */
  readonly progress: number
  /** Number of tries so far. */
  readonly tries: number
}

/** Running uploads. */
export interface UploadRun {
  /** A result for each file, in order. Never rejects. */
  readonly done: Promise<UploadResult[]>
  /** Stops everything; files that are not stored yet end with the error ABORTED. */
  abort(): void
  /** Starts no more files; running uploads are finished, since they cannot be continued later. */
  pause(): void
  resume(): void
}
