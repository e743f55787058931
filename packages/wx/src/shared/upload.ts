import type { Callbacks } from './callbacks.ts'
import { contentTypeOf } from './content-types.ts'
import { requireString, WxFailure } from './failure.ts'
import { outgoingHeaders } from './headers.ts'
import { parseHttpUrl } from './http-url.ts'
import { Listeners } from './listeners.ts'
import { baseName } from './paths.ts'
import { startTransfer, type TransferParts, type TransferTask } from './transfer.ts'

export interface UploadFileOptions extends Callbacks<UploadFileResult> {
  url: string
  /** A virtual path, such as the tempFilePath of chooseMedia. */
  filePath: string
  /** The name of the form field that carries the file. */
  name: string
  /** Fields, sent before the file in this order. */
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

/** Makes `wx.uploadFile`: a multipart POST, the form fields first and the file last. */
export function createUploadFile<Content, Body>(
  parts: TransferParts<Content, Body>,
): (options: UploadFileOptions) => UploadTask {
  return (given) => {
    const options = given ?? ({} as UploadFileOptions)
    const progress = new Listeners<UploadProgress>(parts.report)
    const task = startTransfer<UploadFileResult>('uploadFile', options, parts, async (sendOptions) => {
      const url = parseHttpUrl(requireString(options.url, 'url'))
      const field = requireString(options.name, 'name')
      const filePath = requireString(options.filePath, 'filePath')
      const content = parts.files.contentOf(filePath)
      if (content === undefined) throw new WxFailure('file not found')
      const form = {
        fields: formFields(options.formData),
        file: { field, name: baseName(filePath), contentType: contentTypeOf(filePath), content },
      }
      const headers = outgoingHeaders(parts.identity, {}, withoutContentType(options.header))
      const { head, body } = await parts.sender.send(
        { url, method: 'POST', headers, body: form, followRedirects: false },
        { ...sendOptions, onSent: (sent, total) => progress.emit(uploadProgress(sent, total)) },
      )
      return { data: new TextDecoder().decode(await parts.sender.readAll(body)), statusCode: head.statusCode }
    })
    return { ...task, onProgressUpdate: progress.on, offProgressUpdate: progress.off }
  }
}

/** The progress event for `sent` of `total` bytes. */
function uploadProgress(sent: number, total: number): UploadProgress {
  return { progress: Math.floor((sent / total) * 100), totalBytesSent: sent, totalBytesExpectedToSend: total }
}

/** The sender chooses the boundary of the form, so the Content-Type of the caller is dropped. */
function withoutContentType(header: unknown): object {
  const entries = typeof header === 'object' && header !== null ? Object.entries(header) : []
  return Object.fromEntries(entries.filter(([name]) => name.toLowerCase() !== 'content-type'))
}

/** The fields of the form as text, in order, without undefined ones. */
function formFields(formData: Record<string, unknown> | undefined): [name: string, value: string][] {
  return Object.entries(formData ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)])
}
