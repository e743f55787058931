import { Select } from '../../ui/select.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { type Faults, FILE_ACTIONS, type Fields, STORED } from './question.ts'
import { t } from './text.ts'

export interface QuestionFieldsProps {
  readonly fields: Fields
  readonly faults: Faults
  readonly onChange: (changes: Partial<Fields>) => void
}

/** The fields of the simulator for files: the action, and the file. */
export function FileFields({ fields, faults, onChange }: QuestionFieldsProps) {
  const { fileAction, path, size, storedFile, uploader } = fields
  return (
    <>
      <Select
        label={t.action}
        value={fileAction}
        options={FILE_ACTIONS.map((value) => ({ value, label: t.actions[value] }))}
        onChange={(chosen) => onChange({ fileAction: chosen })}
      />
      <TextInput
        label={t.path}
        placeholder={t.pathHint}
        mono
        maxLength={850}
        value={path}
        onChange={(path) => onChange({ path })}
      />
      {fileAction === 'upload' && (
        <TextInput
          label={t.size}
          hint={t.sizeHint}
          error={faults.size && t.sizeWrong}
          inputMode="numeric"
          value={size}
          onChange={(text) => onChange({ size: text })}
        />
      )}
      <Select
        label={t.storedFile}
        value={storedFile}
        options={STORED.map((value) => ({ value, label: t.storedAs[value] }))}
        onChange={(chosen) => onChange({ storedFile: chosen })}
      />
      {storedFile === 'other' && (
        <TextInput
          label={t.uploader}
          mono
          maxLength={128}
          value={uploader}
          onChange={(text) => onChange({ uploader: text })}
        />
      )}
    </>
  )
}
