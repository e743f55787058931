import { useState } from 'preact/hooks'
import { type ApiError, call, toApiError } from '../../api/index.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Stack } from '../../ui/stack.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { nameProblem } from './paths.ts'
import { t } from './text.ts'

interface NewFolderDialogProps {
  readonly folder: string
  readonly onClose: () => void
  readonly onDone: (path: string) => void
}

export function NewFolderDialog({ folder, onClose, onDone }: NewFolderDialogProps) {
  const [name, setName] = useState('')
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const problem = nameProblem(name)
  const create = async () => {
    setTried(true)
    if (problem !== undefined || busy) return
    const path = `${folder}${name}/`
    setBusy(true)
    try {
      await call('createFolder', { body: { path } })
      onDone(path)
    } catch (thrown) {
      setError(toApiError(thrown))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t.newFolder}
      size="small"
      onClose={onClose}
      onSubmit={() => void create()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {t.create}
          </Button>
        </>
      }
    >
      <Stack>
        <TextInput
          label={t.folderName}
          value={name}
          onChange={setName}
          error={tried && problem !== undefined ? t[problem] : undefined}
          autofocus
        />
        {error !== undefined && <ErrorNotice error={error} />}
      </Stack>
    </Dialog>
  )
}
