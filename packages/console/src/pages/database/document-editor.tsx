import { useId } from 'preact/hooks'
import { Banner } from '../../ui/banner.tsx'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { DocumentForm } from './document-form.tsx'
import { t } from './edit-text.ts'
import { countValues, type DocumentDraft, type EditView, MAX_FIELDS } from './use-draft.ts'

interface DocumentEditorProps {
  readonly edited: DocumentDraft
  readonly fixedId: boolean
  /** The user tried to save or to change the view although the document is invalid. */
  readonly blocked: boolean
  readonly onBlocked: () => void
  readonly onSave: () => void
}

/** What is wrong with the JSON, and where. */
function faultText({ fault, line, column }: NonNullable<DocumentDraft['wrong']>): string {
  return fault === 'object' ? t.noObject : t.fixJson(line, column)
}

/** Edits a document as fields or as JSON. */
export function DocumentEditor({ edited, fixedId, blocked, onBlocked, onSave }: DocumentEditorProps) {
  const { view, draft, text, faults, wrong } = edited
  const id = useId()
  const many = countValues(edited.document) > MAX_FIELDS
  return (
    <Tabs<EditView>
      label={t.views}
      tabs={[
        { id: 'form', label: t.form },
        { id: 'raw', label: t.raw },
      ]}
      value={view}
      onChange={(next) => {
        if ((next === 'form' && many) || !edited.show(next)) onBlocked()
      }}
    >
      {view === 'form' ? (
        <DocumentForm draft={draft} faults={faults} fixedId={fixedId} onChange={edited.setDraft} />
      ) : (
        <Stack gap={3}>
          {many && <Banner>{t.manyFields(countValues(edited.document))}</Banner>}
          <CodeEditor
            label={t.raw}
            value={text}
            onChange={edited.setText}
            onSave={onSave}
            minLines={12}
            describedBy={id}
            lint={async (typed) => {
              // Called after a pause in typing, when `wrong` is about this text.
              if (wrong === undefined || typed !== text) return []
              const message = faultText(wrong)
              return [{ from: wrong.at, to: Math.min(typed.length, wrong.at + 1), severity: 'error', message }]
            }}
          />
          {/* A new element is announced, so that the error is read again on every attempt. */}
          <p key={blocked} id={id} class="field-error" role={blocked ? 'alert' : undefined}>
            {wrong !== undefined && faultText(wrong)}
          </p>
        </Stack>
      )}
    </Tabs>
  )
}
