import { BlobsUnavailableError } from '../blobs.ts'
import { XmlFormError } from './xml.ts'

/** The store has answered with an error. The message has nothing of the request, so no key and no signature. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly status: number
  /** As in `NoSuchKey`; empty when the answer had none. */
  readonly code: string

  constructor(status: number, code: string) {
    super(`the S3 store answered ${status}${code === '' ? '' : ` ${code}`}`)
    this.status = status
    this.code = code
  }
}

/** The connection could not be made, broke, or was silent for too long. */
export class S3ConnectionError extends Error {
  override readonly name = 'S3ConnectionError'
  /** A code of the system, as in `ECONNREFUSED`, or some words. */
  readonly reason: string

  constructor(reason: string) {
    super(`the connection to the S3 store failed (${reason})`)
    this.reason = reason
  }
}

/** Codes of failures that pass, for answers whose status does not say so: a completion fails with status 200. */
const PASSING_CODES = new Set(['InternalError', 'OperationAborted', 'RequestTimeout', 'ServiceUnavailable', 'SlowDown'])
const NOT_IMPLEMENTED = 501

/** Whether the same call may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  if (error instanceof S3ConnectionError || error instanceof XmlFormError) return true
  if (!(error instanceof S3Error)) return false
  return (
    (error.status >= 500 && error.status !== NOT_IMPLEMENTED) || error.status === 429 || PASSING_CODES.has(error.code)
  )
}

/** What is known about a connection that failed. */
export function connectionError(error: unknown): S3ConnectionError {
  if (error instanceof S3ConnectionError) return error
  return new S3ConnectionError(String((error as NodeJS.ErrnoException).code ?? (error as Error).message))
}

/** The failure of a call that was tried for long enough. */
export function unavailable(endpoint: string, cause: unknown): BlobsUnavailableError {
  const reason = cause instanceof S3ConnectionError ? cause.reason : (cause as Error).message
  return new BlobsUnavailableError(`the S3 store at ${endpoint} cannot be used: ${reason}`, { cause })
}
