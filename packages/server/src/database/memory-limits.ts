import { CloudsteadError } from '@cloudstead/protocol'

/**
 * How much of the stored documents one request may hold in memory at a time. Since a document can have 16 MB, a number of
 * documents is not enough of a limit: every step also has a limit in bytes, which its last document may exceed.
 */

/** Documents of one step: a page of a walk, after which the event loop gets a turn, or a batch that commits as a whole. */
export const STEP_DOCUMENTS = 200
/** Bytes of one step. Two steps can be in memory at a time, also parsed, and a third one on its way to the disk. */
export const STEP_BYTES = 8 * 1024 * 1024
/** Bytes of the documents of one response. Encoding needs a multiple of it. */
export const MAX_RESPONSE_BYTES = 32 * 1024 * 1024

/** @throws CloudsteadError EXCEED_MAX_RESPONSE_SIZE when documents of this many bytes are too large for one response */
export function checkResponseSize(bytes: number): void {
  if (bytes <= MAX_RESPONSE_BYTES) return
  throw new CloudsteadError('EXCEED_MAX_RESPONSE_SIZE', {
    en: `the documents of one response have more than ${MAX_RESPONSE_BYTES} bytes: lower the limit, or select fields with field()`,
    zh: `一次返回的文档超过 ${MAX_RESPONSE_BYTES} 字节，请调小 limit，或用 field() 指定字段`,
  })
}
