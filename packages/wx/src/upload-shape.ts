/** What wx.uploadFile takes and tells, whatever carries it. */
import type { Callbacks } from './callbacks.ts'
import type { TransferTask } from './transfer.ts'

export interface UploadFileOptions extends Callbacks<UploadFileResult> {
  url: string
  /** A virtual path, such as chooseMedia's tempFilePath. */
  filePath: string
  /** The name of the form field that carries the file. */
  name: string
  /** Fields that go before the file, in this order. */
  formData?: Record<string, unknown> | undefined
  header?: Record<string, unknown> | undefined
  /** Milliseconds; default 60,000. */
  timeout?: number | undefined
}

export interface UploadFileResult {
  /** Always a string, whatever the server sent. */
  data: string
  statusCode: number
}

export interface UploadProgress {
  /** 0 to 100, whole numbers; may jump. */
  progress: number
  totalBytesSent: number
  totalBytesExpectedToSend: number
}

export interface UploadTask extends TransferTask {
  onProgressUpdate: (listener: (event: UploadProgress) => void) => void
  offProgressUpdate: (listener?: (event: UploadProgress) => void) => void
}

/** The progress event when `sent` of `total` bytes have gone. */
export function progressOf(sent: number, total: number): UploadProgress {
  return { progress: Math.floor((sent / total) * 100), totalBytesSent: sent, totalBytesExpectedToSend: total }
}

/** The boundary of the form is ours, so a Content-Type of the caller's cannot stand. */
export function withoutContentType(header: unknown): object {
  const entries = typeof header === 'object' && header !== null ? Object.entries(header) : []
  return Object.fromEntries(entries.filter(([name]) => name.toLowerCase() !== 'content-type'))
}

/** The fields of the form as text, in order, without those that are undefined. */
export function formFields(formData: Record<string, unknown> | undefined): [name: string, value: string][] {
  return Object.entries(formData ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)])
}
