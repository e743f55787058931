import { bytesOfBinaryText } from '../network/binary-text.ts'

/** The bytes of a Blob without waiting, for the `..Sync` calls: a page has no other way than a synchronous request. */
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
