import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './text.ts'

interface CreateDialogProps {
  readonly onCreated: (name: string) => void
  readonly onClose: () => void
}

/** Creates a collection. */
export function CreateDialog({ onCreated, onClose }: CreateDialogProps) {
  const [name, setName] = useState('')
  const { busy, error, attempt } = useAttempt()
  const create = () =>
    attempt(async () => {
      const created = await call('createCollection', { body: { name: name.trim() } })
      toast(t.created(created.name))
      onCreated(created.name)
    })
  return (
    <FormDialog
      title={t.createTitle}
      submitLabel={t.createDo}
      busy={busy}
      disabled={name.trim() === ''}
      error={error}
      onSubmit={() => void create()}
      onClose={onClose}
    >
      <TextInput
        label={t.createName}
        hint={t.createHint}
        value={name}
        onChange={setName}
        maxLength={120}
        mono
        autofocus
      />
    </FormDialog>
  )
}
