import { useState } from 'preact/hooks'
import { useUnsaved } from '../../app/use-unsaved.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { KeySecret } from './key-secret.tsx'
import type { NewKey } from './new-key.ts'
import { t } from './text.ts'
import { unsavedKey } from './unsaved-key.ts'

interface NewKeyDialogProps {
  readonly created: NewKey
  readonly onClose: () => void
}

/** Shows a new key. Asks before it closes if the key was not saved. */
export function NewKeyDialog({ created, onClose }: NewKeyDialogProps) {
  const [saved, setSaved] = useState(false)
  const mayClose = useUnsaved(!saved, unsavedKey)
  const close = async () => {
    if (await mayClose()) onClose()
  }
  return (
    <Dialog
      title={created.kind === 'login' ? t.newLoginTitle : t.newApiTitle}
      onClose={() => void close()}
      actions={
        <Button kind={saved ? 'primary' : 'plain'} onClick={() => void close()}>
          {t.done}
        </Button>
      }
    >
      <KeySecret created={created} onSaved={() => setSaved(true)} />
    </Dialog>
  )
}
