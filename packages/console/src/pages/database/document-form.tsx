import type { Draft, Fault, ObjectDraft } from './draft.ts'
import { FieldRows } from './field-rows.tsx'

interface DocumentFormProps {
  readonly draft: ObjectDraft
  /** What is wrong, by the key of the place. */
  readonly faults: ReadonlyMap<number, Fault>
  /** The `_id` is there and cannot change. */
  readonly fixedId: boolean
  readonly onChange: (draft: ObjectDraft) => void
}

/** A document field by field, each edited as what it is. */
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
