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
  /** How many more times a file is tried when what failed may pass; default 3. */
  readonly retries?: number | undefined
  /** The wait before the second try, doubled for each one after; default 1,000 ms. */
  readonly retryDelayMs?: number | undefined
  /** Of one upload; default 60 s and what the file takes at 64 KiB/s. */
  readonly timeoutMs?: number | undefined
  readonly signal?: Signal | undefined
  /** Called at most every 100 ms, and once at the end. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
}

export interface UploadAllOptions extends UploadOptions {
  /** How many files at once, 1 to 8; default 3. */
  readonly concurrency?: number | undefined
  /** Called for each file as soon as its result stands. */
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

/** How far a run is. */
export interface UploadProgress {
  /** 0 to 100, of all bytes; it never goes back. */
  readonly progress: number
  /** Bytes. */
  readonly sent: number
  readonly total: number
  /** Files that are stored. */
  readonly done: number
  /** Files that are given up. */
  readonly failed: number
  /** In the order of the files given. */
  readonly files: readonly FileProgress[]
}

export interface FileProgress {
  readonly state: 'waiting' | 'uploading' | 'done' | 'failed'
  /** 0 to 100; it starts again when the file does. */
  readonly progress: number
  /** How often it was begun. */
  readonly tries: number
}

/** Uploads under way. */
export interface UploadRun {
  /** A result for each file, in their order. Never rejects. */
  readonly done: Promise<UploadResult[]>
  /** Stops everything; what is not stored yet ends with the error ABORTED. */
  abort(): void
  /** Begins no more files; those under way are finished, since an upload cannot be continued later. */
  pause(): void
  resume(): void
}
