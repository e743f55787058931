import { HINTS, type Hint, hintFor, type KitErrorCode } from './hints.ts'

/** What went wrong, as a value: the kit throws only for programming mistakes. */
export interface KitError {
  readonly code: KitErrorCode
  /** What happened, in the words of who said it. For developers; show `hint` to people. */
  readonly message: string
  /** What the SDK or `wx` gave. */
  readonly cause?: unknown
  /** What to do about it. */
  readonly hint: Hint
  /** True when the same call may succeed later. */
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
