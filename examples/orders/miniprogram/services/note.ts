import type { KitError } from '@cloudstead/kit'
import { language } from '../texts'

/** An error as a page shows it, by `<error-note>`. */
export interface Note {
  readonly code: string
  /** What to do, in the user's language. */
  readonly hint: string
  /** What was said, for whoever looks into it. */
  readonly message: string
}

export function noteOf({ code, hint, message }: KitError): Note {
  return { code, hint: hint[language], message }
}
