/** What the storage calls of all dialects have in common: one call is about a list of files. */
import type { CloudsteadError } from '@cloudstead/protocol'
import { DeniedError } from '../decisions/denied-error.ts'
import { invalid } from './params.ts'

/** Items per call, the documented limit of the platform. A larger call is refused as a whole. */
const MAX_BATCH = 50

/** Only the ticket in an upload URL counts. The adapters need other values as non-empty strings to set headers. */
export const IN_URL = 'in-url'

/** @throws CloudsteadError INVALID_PARAM */
export function batch(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid(`${name} must be a list with at least one item`)
  if (value.length > MAX_BATCH) {
    throw invalid(`${name} has ${value.length} items; one call takes at most ${MAX_BATCH}`)
  }
  return value
}

/** The items that the rules denied. */
export function deniedAmong(errors: readonly (CloudsteadError | undefined)[]): readonly DeniedError[] {
  return errors.filter((error) => error instanceof DeniedError)
}
