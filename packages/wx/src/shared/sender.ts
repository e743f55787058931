/** What the network calls need from a platform: HTTP, and the files to send and to store. */
import type { WxFailure } from './failure.ts'
import type { NetworkConditions } from './transfer-queue.ts'

/** One HTTP request. `Content` is what the platform holds of a file. */
export interface OutgoingRequest<Content> {
  url: URL
  /** In upper case. */
  method: string
  headers: Record<string, string>
  body: Uint8Array | UploadForm<Content> | undefined
  /** False: a redirect is an answer like any other. Browsers always follow. */
  followRedirects: boolean
}

/** A multipart form: the fields in order, then the file. */
export interface UploadForm<Content> {
  fields: [name: string, value: string][]
  file: { field: string; name: string; contentType: string; content: Content }
}

/** What is known once the response head has arrived. Header names keep the spelling of the server. */
export interface ResponseHead {
  statusCode: number
  header: Record<string, string>
  cookies: string[]
}

/** How a request is interrupted, slowed down and observed. */
export interface SendOptions {
  signal: AbortSignal
  conditions: () => Readonly<NetworkConditions>
  /** Called once, before any byte of the body. */
  onHead: (head: ResponseHead) => void
  /** Bytes of the request body sent so far, and of the whole body; never goes back. */
  onSent?: (sent: number, total: number) => void
  /** Bytes of the response body received so far, and the expected length, 0 if unknown. */
  onReceived?: (received: number, expected: number) => void
  /** Receives the response body piece by piece; the body of the result is then empty. */
  onChunk?: ((data: ArrayBuffer) => void) | undefined
}

/** The HTTP client of a platform. `Body` is what the platform holds of a response body. */
export interface Sender<Content, Body> {
  /** Sends `request`. Any status is an answer; rejects if there is none, or with the reason of the signal. */
  send(request: OutgoingRequest<Content>, options: SendOptions): Promise<{ head: ResponseHead; body: Body }>
  /** All bytes of a response body. */
  readAll(body: Body): Promise<Uint8Array>
  /** Words what the platform throws as WeChat does; a WxFailure passes through. */
  asFailure(thrown: unknown): WxFailure
}

/** How a downloaded body is stored. */
export interface StoreOptions {
  /** The path to write to, below USER_DATA_PATH; undefined makes a temporary file. */
  filePath: string | undefined
  /** Of the temporary file: with its dot, or empty. */
  extension: string
  /** The Content-Type header; empty if there is none. */
  contentType: string
  signal: AbortSignal
}

/** The files of a phone, as far as uploads and downloads use them. */
export interface TransferFiles<Content, Body> {
  /** The content of a file; undefined for a path without one, and for folders. */
  contentOf(path: string): Content | undefined
  /** Fails unless the program may write `path`; `operation` is named in the failure. */
  assertWritable(path: string, operation: string): void
  /** Stores a response body, all or nothing, and returns its path. */
  store(body: Body, options: StoreOptions): Promise<string>
}
