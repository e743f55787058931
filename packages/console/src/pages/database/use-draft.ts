import { useMemo, useState } from 'preact/hooks'
import { type Fault, meaningOf, type ObjectDraft, objectDraft } from './draft.ts'
import { type ReadDocument, readDocument } from './read-document.ts'
import type { JsonObject } from './values.ts'

export type EditView = 'form' | 'raw'

/** A document that is edited as fields or as JSON. Both views are kept in sync. */
export interface DocumentDraft {
  readonly view: EditView
  readonly draft: ObjectDraft
  readonly text: string
  /** The faults in the fields, by the key of the value. */
  readonly faults: ReadonlyMap<number, Fault>
  /** The error in the JSON. */
  readonly wrong: Exclude<ReadDocument, { readonly document: JsonObject }> | undefined
  /** The edited document; undefined while it is invalid. */
  readonly document: JsonObject | undefined
  readonly dirty: boolean
  setDraft(draft: ObjectDraft): void
  setText(text: string): void
  /** Changes the view, unless the document is invalid. Returns whether it did. */
  show(view: EditView): boolean
  /** Starts again with this document. */
  reset(document: JsonObject): void
}

const NO_FAULTS: ReadonlyMap<number, Fault> = new Map()

/** Larger documents are edited as JSON, because fields would mean thousands of controls. */
export const MAX_FIELDS = 500

export function textOf(document: JsonObject): string {
  return JSON.stringify(document, null, 2)
}

export function useDraft(document: JsonObject): DocumentDraft {
  const [original, setOriginal] = useState(document)
  const [view, setView] = useState<EditView>(() => (countValues(document) > MAX_FIELDS ? 'raw' : 'form'))
  const [draft, setDraft] = useState(() => objectDraft(document))
  const [text, setText] = useState(() => textOf(document))
  const ofForm = useMemo(() => (view === 'form' ? meaningOf(draft) : undefined), [view, draft])
  const ofText = useMemo(() => (view === 'raw' ? readDocument(text) : undefined), [view, text])
  const meant =
    ofText === undefined
      ? (ofForm as { readonly value?: JsonObject } | undefined)?.value
      : (ofText as { readonly document?: JsonObject }).document
  const dirty = meant === undefined || JSON.stringify(meant) !== JSON.stringify(original)
  return {
    view,
    draft,
    text,
    faults: ofForm?.faults ?? NO_FAULTS,
    wrong: ofText !== undefined && ofText.fault !== undefined ? ofText : undefined,
    document: meant,
    dirty,
    setDraft,
    setText,
    show(next) {
      if (next === view) return true
      if (meant === undefined) return false
      if (next === 'raw') setText(textOf(meant))
      else setDraft(objectDraft(meant))
      setView(next)
      return true
    },
    reset(next) {
      setOriginal(next)
      // After a save the view shows the same document: keep the focus and unusual notations such as `1.0`.
      if (meant !== undefined && JSON.stringify(meant) === JSON.stringify(next)) return
      setDraft(objectDraft(next))
      setText(textOf(next))
    },
  }
}

/** How many values a document has, nested ones included. */
export function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, item) => sum + countValues(item), 1)
}
