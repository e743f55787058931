import { contentTypeOf } from '../../../src/content-types.ts'
import { requireString, WxFailure } from '../../../src/failure.ts'
import { outgoingHeaders } from '../../../src/headers.ts'
import { parseHttpUrl } from '../../../src/http-url.ts'
import { Listeners } from '../../../src/listeners.ts'
import { baseName } from '../../../src/paths.ts'
import { type NetworkParts, startTransfer } from '../../../src/transfer.ts'
import {
  formFields,
  progressOf,
  type UploadFileOptions,
  type UploadFileResult,
  type UploadProgress,
  type UploadTask,
  withoutContentType,
} from '../../../src/upload-shape.ts'
import type { BrowserFiles } from '../files/browser-files.ts'
import { sendXhr } from './xhr.ts'

/** Makes `wx.uploadFile`: a multipart POST, the form fields first and the file last. */
export function createUploadFile(parts: NetworkParts, files: BrowserFiles): (options: UploadFileOptions) => UploadTask {
  return (given) => {
    const options = given ?? ({} as UploadFileOptions)
    const progress = new Listeners<UploadProgress>(parts.report)
    const task = startTransfer<UploadFileResult>('uploadFile', options, parts, async (transfer) => {
      const url = parseHttpUrl(requireString(options.url, 'url'))
      const name = requireString(options.name, 'name')
      const filePath = requireString(options.filePath, 'filePath')
      const file = files.blob(filePath)
      if (file === undefined) throw new WxFailure('file not found')
      const form = new FormData()
      for (const [key, value] of formFields(options.formData)) form.append(key, value)
      form.append(name, new File([file], baseName(filePath), { type: contentTypeOf(filePath) }))
      const headers = outgoingHeaders(parts.identity, {}, withoutContentType(options.header))
      let told = 0
      const { head, body } = await sendXhr(
        { url, method: 'POST', headers, body: form, bodyBytes: file.size },
        transfer.line,
        {
          onHead: transfer.headersReceived,
          onSent: (sent, total) => {
            // On a slow line the browser starts to count when most has been told already.
            if (sent <= told) return
            told = sent
            progress.emit(progressOf(sent, total))
          },
        },
      )
      return { data: await body.text(), statusCode: head.statusCode }
    })
    return { ...task, onProgressUpdate: progress.on, offProgressUpdate: progress.off }
  }
}
