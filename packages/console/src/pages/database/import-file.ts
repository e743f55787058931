/** Uploads a file to be imported. */
import type { Progress } from '@cloudstead/admin-api'
import { addressOf } from '../../api/address.ts'
import { CONSOLE_HEADERS } from '../../api/client.ts'
import { ApiError, brokenOffError, errorOf, networkError } from '../../api/errors.ts'
import { LineReader } from '../../api/line-reader.ts'
import type { Format } from './transfer-format.ts'

export type Existing = 'refuse' | 'skip' | 'replace'

interface ImportOptions {
  readonly collection: string
  readonly format: Format
  readonly existing: Existing
  readonly file: Blob
  readonly signal: AbortSignal
  /** Called with the bytes sent so far. The server reads only as fast as it can store. */
  readonly onSent: (bytes: number) => void
  /** Called for every line of the server. Some browsers deliver all lines at the end. */
  readonly onLine: (line: Progress) => void
}

/**
 * Imports a file. It does not use `lines`, because fetch reports no upload progress.
 *
 * @returns the last line
 * @throws ApiError, also if the last line is an error; an AbortError if `signal` was aborted
 */
export function importFile({
  collection,
  format,
  existing,
  file,
  signal,
  onSent,
  onLine,
}: ImportOptions): Promise<Progress> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    signal.addEventListener('abort', abort, { once: true })
    const reader = new LineReader()
    let read = 0
    let last: Progress | undefined
    const take = (texts: readonly string[]) => {
      for (const text of texts) {
        last = JSON.parse(text) as Progress
        onLine(last)
      }
    }
    const takeNew = () => {
      if (request.status !== 200) return
      take(reader.push(request.responseText.slice(read)))
      read = request.responseText.length
    }
    request.upload.onprogress = ({ loaded }) => onSent(loaded)
    request.onprogress = takeNew
    request.onloadend = () => signal.removeEventListener('abort', abort)
    request.onerror = () => reject(networkError())
    request.onabort = () => reject(signal.reason ?? new DOMException('aborted', 'AbortError'))
    request.onload = () => {
      try {
        if (request.status !== 200) throw errorOf(request.status, bodyOf(request.responseText))
        takeNew()
        take(reader.end())
        if (last?.error !== undefined) throw errorOf(request.status, last.error)
        if (last?.finished !== true) throw brokenOffError()
        resolve(last)
      } catch (error) {
        reject(error instanceof ApiError ? error : brokenOffError())
      }
    }
    request.open('POST', addressOf('/database/collections/{name}/import', { name: collection }, { format, existing }))
    for (const [name, value] of Object.entries(CONSOLE_HEADERS)) request.setRequestHeader(name, value)
    request.send(file)
  })
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
