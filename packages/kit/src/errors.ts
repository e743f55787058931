import { HINTS, type Hint, hintFor, type KitErrorCode } from './hints.ts'

/** An error as a value: the kit throws only for programming mistakes. */
export interface KitError {
  readonly code: KitErrorCode
  /** What happened, in the words of the SDK, `wx` or the server. For developers; show `hint` to users. */
  readonly message: string
  /** The original error of the SDK or `wx`. */
  readonly cause?: unknown
  /** What to do about it. */
  readonly hint: Hint
  /** True if the same call may succeed later. */
  readonly retryable: boolean
}

/** The outcome of a call that can fail. */
export type Result<Value extends object> = ({ readonly ok: true } & Value) | Failed

export interface Failed {
  readonly ok: false
  readonly error: KitError
}

export function kitError(code: KitErrorCode, message: string, cause?: unknown): KitError {
  const { retryable } = HINTS[code]
  return { code, message, hint: hintFor(code), retryable, ...(cause === undefined ? {} : { cause }) }
}

export function failed(error: KitError): Failed {
  return { ok: false, error }
}
