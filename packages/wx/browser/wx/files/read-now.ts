import { bytesOfBinaryText } from '../network/binary-text.ts'

/** Reads a Blob synchronously, for the `..Sync` calls. In a page this takes a synchronous request. */
export function readNow(blob: Blob): Uint8Array<ArrayBuffer> {
  const url = URL.createObjectURL(blob)
  try {
    const xhr = new XMLHttpRequest()
    xhr.open('GET', url, false)
    xhr.overrideMimeType('text/plain; charset=x-user-defined')
    xhr.send()
    return bytesOfBinaryText(xhr.responseText)
  } finally {
    URL.revokeObjectURL(url)
  }
}
