import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { toast } from '../../ui/toast.tsx'
import { isCollectionName } from './collection-name.ts'
import { t } from './text.ts'

interface CreateDialogProps {
  readonly onCreated: (name: string) => void
  readonly onClose: () => void
}

/** Creates a collection. */
export function CreateDialog({ onCreated, onClose }: CreateDialogProps) {
  const [name, setName] = useState('')
  const trimmed = name.trim()
  const wrong = trimmed !== '' && !isCollectionName(trimmed)
  const { busy, error, attempt } = useAttempt()
  const create = () =>
    attempt(async () => {
      const created = await call('createCollection', { body: { name: trimmed } })
      toast(t.created(created.name))
      onCreated(created.name)
    })
  return (
    <FormDialog
      title={t.createTitle}
      submitLabel={t.createDo}
      busy={busy}
      disabled={trimmed === '' || wrong}
      error={error}
      onSubmit={() => void create()}
      onClose={onClose}
    >
      <TextInput
        label={t.createName}
        hint={t.createHint}
        error={wrong ? t.nameWrong : undefined}
        value={name}
        onChange={setName}
        maxLength={120}
        mono
        autofocus
      />
    </FormDialog>
  )
}
