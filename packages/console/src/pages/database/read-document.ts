/** Parses the JSON of a document and finds the position of an error. Pure. */
import { jsonErrorAt } from '../../ui/json-error.ts'
import { positionAt } from '../../ui/text-position.ts'
import { isObject, type JsonObject } from './values.ts'

export type ReadDocument =
  | { readonly document: JsonObject; readonly fault?: never }
  | {
      /** `object`: valid JSON, but not an object. */
      readonly fault: 'syntax' | 'object'
      /** The offset of the error in the text. */
      readonly at: number
      readonly line: number
      readonly column: number
    }

export function readDocument(text: string): ReadDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const at = jsonErrorAt(text)
    return { fault: 'syntax', at, ...positionAt(text, at) }
  }
  return isObject(value) ? { document: value } : { fault: 'object', at: 0, ...positionAt(text, 0) }
}
