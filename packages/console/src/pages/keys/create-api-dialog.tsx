import { useState } from 'preact/hooks'
import { useAttempt } from '../../app/use-attempt.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { createKey, type NewKey } from './new-key.ts'
import { ScopeForm } from './scope-form.tsx'
import { type Choice, scopesOf } from './scopes.ts'
import { t } from './text.ts'

interface CreateApiDialogProps {
  readonly onClose: () => void
  readonly onCreated: (created: NewKey) => void
}

/** Asks what a new API key may do, and creates it. */
export function CreateApiDialog({ onClose, onCreated }: CreateApiDialogProps) {
  const [choice, setChoice] = useState<Choice>()
  const [tried, setTried] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const scopes = choice && scopesOf(choice)
  const create = () => {
    setTried(true)
    if (scopes?.length !== 0) void attempt(async () => onCreated(await createKey('api', scopes)))
  }
  return (
    <FormDialog
      title={t.createApi}
      size="medium"
      submitLabel={t.createDo}
      busy={busy}
      error={error}
      onSubmit={create}
      onClose={onClose}
    >
      <ScopeForm choice={choice} onChange={setChoice} problem={tried && scopes?.length === 0 ? t.noScope : undefined} />
    </FormDialog>
  )
}
