import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { nameProblem } from './paths.ts'
import { t } from './text.ts'

interface NewFolderDialogProps {
  readonly folder: string
  readonly onClose: () => void
  readonly onDone: (path: string) => void
}

/** Creates an empty folder. */
export function NewFolderDialog({ folder, onClose, onDone }: NewFolderDialogProps) {
  const [name, setName] = useState('')
  const [tried, setTried] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const problem = nameProblem(name)
  const create = () => {
    setTried(true)
    if (problem !== undefined) return
    void attempt(async () => {
      const path = `${folder}${name}/`
      await call('createFolder', { body: { path } })
      onDone(path)
    })
  }
  return (
    <FormDialog
      title={t.newFolder}
      submitLabel={t.create}
      busy={busy}
      error={error}
      onSubmit={create}
      onClose={onClose}
    >
      <TextInput
        label={t.folderName}
        value={name}
        onChange={setName}
        error={tried && problem !== undefined ? t[problem] : undefined}
        autofocus
      />
    </FormDialog>
  )
}
