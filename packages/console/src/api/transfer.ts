/** Uploads and downloads. */
import { errorOf, networkError } from './errors.ts'

interface UploadOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with the bytes sent so far and the size of the file. */
  readonly onProgress?: ((sent: number, total: number) => void) | undefined
}

/**
 * PUTs a file to the URL of `issueUpload`.
 *
 * @throws ApiError; an AbortError if `signal` was aborted
 */
export function upload(
  url: string,
  headers: Readonly<Record<string, string>>,
  file: Blob,
  { signal, onProgress }: UploadOptions = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    // fetch reports no upload progress.
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    signal?.addEventListener('abort', abort, { once: true })
    request.onloadend = () => signal?.removeEventListener('abort', abort)
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve()
      else reject(uploadError(request))
    }
    request.onerror = () => reject(networkError())
    request.onabort = () => reject(signal?.reason ?? new DOMException('aborted', 'AbortError'))
    if (onProgress) request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total)
    request.open('PUT', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.send(file)
  })
}

/** Upload errors are the object store's XML, with the code and message of the error table. */
function uploadError({ status, responseXML }: XMLHttpRequest) {
  const text = (name: string) => responseXML?.querySelector(name)?.textContent ?? undefined
  const code = text('Code')
  const message = text('Message') ?? ''
  if (code === undefined) return errorOf(status, undefined)
  return errorOf(status, {
    code,
    message,
    text: { en: message || code, zh: text('MessageZh') ?? code },
    requestId: text('RequestId'),
  })
}

/** Downloads a path of this server, or a blob URL. */
export function download(path: string, name = ''): void {
  const link = document.createElement('a')
  link.href = path
  link.download = name
  link.hidden = true
  document.body.append(link)
  link.click()
  link.remove()
}

/** Downloads a text as a file. */
export function downloadText(name: string, text: string, type = 'application/json'): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  download(url, name)
  // By the next task the browser has read the URL.
  setTimeout(() => URL.revokeObjectURL(url))
}
