import { useState } from 'preact/hooks'
import { type ApiError, call, toApiError } from '../../api/index.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Stack } from '../../ui/stack.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './text.ts'

interface CreateDialogProps {
  readonly onCreated: (name: string) => void
  readonly onClose: () => void
}

export function CreateDialog({ onCreated, onClose }: CreateDialogProps) {
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const create = async () => {
    if (busy) return
    setBusy(true)
    setError(undefined)
    try {
      const made = await call('createCollection', { body: { name: name.trim() } })
      toast(t.created(made.name))
      onCreated(made.name)
    } catch (thrown) {
      setError(toApiError(thrown))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t.createTitle}
      size="small"
      onClose={onClose}
      onSubmit={() => void create()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={name.trim() === ''}>
            {t.createDo}
          </Button>
        </>
      }
    >
      <Stack>
        <TextInput
          label={t.createName}
          hint={t.createHint}
          value={name}
          onChange={setName}
          maxLength={120}
          mono
          autofocus
        />
        {error !== undefined && <ErrorNotice error={error} />}
      </Stack>
    </Dialog>
  )
}
