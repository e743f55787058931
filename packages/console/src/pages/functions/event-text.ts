/** The text of an event, as the user edits it. */
import { jsonErrorAt } from '../../ui/json-error.ts'
import { positionAt } from '../../ui/text-position.ts'

type ReadEvent =
  | {
      /** Undefined: the function is called without data. */
      readonly data: unknown
      readonly fault?: never
    }
  | {
      /** Where the text stops being JSON. `at` is the offset. */
      readonly fault: { readonly at: number; readonly line: number; readonly column: number }
    }

export function readEvent(text: string): ReadEvent {
  if (text.trim() === '') return { data: undefined }
  try {
    return { data: JSON.parse(text) as unknown }
  } catch {
    const at = jsonErrorAt(text)
    return { fault: { at, ...positionAt(text, at) } }
  }
}

/** The last event of each function. Reloading the window clears them. */
const last = new Map<string, string>()

export function lastEvent(name: string): string {
  return last.get(name) ?? '{}'
}

export function keepEvent(name: string, text: string): void {
  last.set(name, text)
}
