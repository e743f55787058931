import type { Draft, Fault, ObjectDraft } from './draft.ts'
import { FieldRows } from './field-rows.tsx'

interface DocumentFormProps {
  readonly draft: ObjectDraft
  /** What is wrong, by the key of the value. */
  readonly faults: ReadonlyMap<number, Fault>
  /** The document is stored, so its `_id` cannot change. */
  readonly fixedId: boolean
  readonly onChange: (draft: ObjectDraft) => void
}

/** Edits a document field by field, with a control for each type. */
export function DocumentForm({ draft, faults, fixedId, onChange }: DocumentFormProps) {
  return (
    <FieldRows
      draft={draft}
      path=""
      faults={faults}
      fixedId={fixedId}
      onChange={(changed: Draft) => {
        if (changed.kind === 'object') onChange(changed)
      }}
    />
  )
}
