import { CloudsteadError } from '@cloudstead/protocol'

/**
 * What one request may hold of the stored documents at a time. A document has 16 MB at most, so a number of documents
 * bounds no memory: every step has a bound in bytes too, which its last document may pass.
 */

/** Documents of one step: a page of a walk, after which others have their turn, or a batch that commits as a whole. */
export const STEP_DOCUMENTS = 200
/** Bytes of one step. Two are in memory for a moment, parsed too, and one more on its way to the disk. */
export const STEP_BYTES = 8 * 1024 * 1024
/** Bytes of the documents of one answer. It becomes JSON twice over on its way out, which multiplies it. */
export const MAX_RESPONSE_BYTES = 32 * 1024 * 1024

/** @throws CloudsteadError EXCEED_MAX_RESPONSE_SIZE when documents of this many bytes are too much for one answer */
export function checkResponseSize(bytes: number): void {
  if (bytes <= MAX_RESPONSE_BYTES) return
  throw new CloudsteadError(
    'EXCEED_MAX_RESPONSE_SIZE',
    `the documents of one answer have more than ${MAX_RESPONSE_BYTES} bytes: lower the limit, or name the fields with field()`,
  )
}
