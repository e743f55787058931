import { jsonFault } from '../../i18n/json-fault.ts'
import { Select } from '../../ui/select.tsx'
import { TextArea } from '../../ui/text-area.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import type { QuestionFieldsProps } from './file-fields.tsx'
import { DOCUMENT_ACTIONS, type JsonFault, STORED } from './question.ts'
import { t } from './text.ts'

const faultText = (fault: JsonFault | undefined) =>
  fault && (fault.kind === 'object' ? t.notObject : t.notJson(jsonFault(fault.place)))

/** The fields of the simulator for documents: the action, and the documents. */
export function DocumentFields({ fields, faults, onChange }: QuestionFieldsProps) {
  const { documentAction: action, which, id, query, data, storedDocument, document } = fields
  const one = action !== 'create' && which === 'id'
  return (
    <>
      <Select
        label={t.action}
        value={action}
        options={DOCUMENT_ACTIONS.map((value) => ({ value, label: t.actions[value] }))}
        onChange={(chosen) => onChange({ documentAction: chosen })}
      />
      {action !== 'create' && (
        <Select
          label={t.which}
          value={which}
          options={(['query', 'id'] as const).map((value) => ({ value, label: t.whichOf[value] }))}
          onChange={(chosen) => onChange({ which: chosen })}
        />
      )}
      {one && <TextInput label={t.id} mono maxLength={1024} value={id} onChange={(text) => onChange({ id: text })} />}
      {action !== 'create' && which === 'query' && (
        <TextArea
          label={t.query}
          hint={t.queryHint}
          error={faultText(faults.query)}
          mono
          rows={3}
          value={query}
          onChange={(text) => onChange({ query: text })}
        />
      )}
      {(action === 'create' || action === 'update') && (
        <TextArea
          label={action === 'create' ? t.newDocument : t.update}
          hint={action === 'update' && t.updateHint}
          error={faultText(faults.data)}
          mono
          rows={3}
          value={data}
          onChange={(text) => onChange({ data: text })}
        />
      )}
      {one && (
        <Select
          label={t.storedDocument}
          value={storedDocument}
          options={STORED.map((value) => ({ value, label: t.storedDocumentAs[value] }))}
          onChange={(chosen) => onChange({ storedDocument: chosen })}
        />
      )}
      {one && storedDocument === 'other' && (
        <TextArea
          label={t.documentText}
          error={faultText(faults.document)}
          mono
          rows={4}
          value={document}
          onChange={(text) => onChange({ document: text })}
        />
      )}
    </>
  )
}
