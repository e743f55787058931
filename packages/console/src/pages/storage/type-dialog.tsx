import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { essence } from './file-kind.ts'
import { t } from './text.ts'

interface TypeDialogProps {
  readonly path: string
  readonly contentType: string
  readonly onClose: () => void
  readonly onDone: () => void
}

/** Corrects the type of a file. */
export function TypeDialog({ path, contentType, onClose, onDone }: TypeDialogProps) {
  const [type, setType] = useState(essence(contentType))
  const { busy, error, attempt } = useAttempt()
  const correct = () =>
    void attempt(async () => {
      await call('correctFileType', { body: { path, contentType: type } })
      onDone()
    })
  return (
    <FormDialog
      title={t.correctType}
      submitLabel={t.save}
      busy={busy}
      error={error}
      onSubmit={correct}
      onClose={onClose}
    >
      <TextInput label={t.type} value={type} onChange={setType} hint={t.typeHint} autofocus />
    </FormDialog>
  )
}
