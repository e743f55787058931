import type { KitError } from '@cloudstead/kit'
import { language } from '../texts'

/** An error, as shown by `<error-note>`. */
export interface Note {
  readonly code: string
  /** What to do, in the user's language. */
  readonly hint: string
  /** The original message, for debugging. */
  readonly message: string
}

export function noteOf({ code, hint, message }: KitError): Note {
  return { code, hint: hint[language], message }
}
