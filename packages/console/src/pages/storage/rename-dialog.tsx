import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { ApiError, call, lines } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { isFolder, nameOf, nameProblem, parentOf, stemOf, visibleName } from './paths.ts'
import { t } from './text.ts'

interface RenameDialogProps {
  readonly path: string
  readonly onClose: () => void
  /** Called after a file was renamed. */
  readonly onRenamed: (to: string) => void
  /** Called to rename a folder, which takes longer. */
  readonly onRenameFolder: (to: string) => void
}

/** Asks for the new name of a file or folder. Files are renamed at once, and errors are shown here. */
export function RenameDialog({ path, onClose, onRenamed, onRenameFolder }: RenameDialogProps) {
  const old = nameOf(path)
  const [name, setName] = useState(old)
  const [taken, setTaken] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    input.current?.focus()
    // Without the extension, which usually stays.
    input.current?.setSelectionRange(0, (isFolder(path) ? old : stemOf(old)).length)
  }, [])
  const problem = nameProblem(name)
  const renameFile = async (to: string) => {
    const { problems = [] } = await lines('moveFiles', { body: { items: [{ from: path, to }] } })
    const [failure] = problems
    if (failure !== undefined) throw new ApiError(200, failure.problem)
    onRenamed(to)
  }
  const renameFolder = async (to: string) => {
    // If the new name exists, renaming would merge the two folders. That is what moving is for.
    const { items } = await call('listFiles', { query: { startsWith: to, deep: true, limit: 1 } })
    if (items.length > 0) setTaken(true)
    else onRenameFolder(to)
  }
  const rename = () => {
    if (problem !== undefined || busy) return
    if (name === old) return onClose()
    const to = `${parentOf(path)}${name}${isFolder(path) ? '/' : ''}`
    void attempt(() => (isFolder(path) ? renameFolder(to) : renameFile(to)))
  }
  return (
    <FormDialog
      title={t.renameTitle(visibleName(old))}
      submitLabel={t.rename}
      busy={busy}
      error={error}
      onSubmit={rename}
      onClose={onClose}
    >
      <TextInput
        label={t.newName}
        value={name}
        onChange={(next) => {
          setName(next)
          setTaken(false)
        }}
        error={problem !== undefined ? t[problem] : taken ? t.folderExists : undefined}
        inputRef={input}
      />
    </FormDialog>
  )
}
