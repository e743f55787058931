import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { call, lines, type ShownProblem, toApiError } from '../../api/index.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Stack } from '../../ui/stack.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { isFolder, nameOf, nameProblem, parentOf, stemOf, visibleName } from './paths.ts'
import { t } from './text.ts'

interface RenameDialogProps {
  readonly path: string
  readonly onClose: () => void
  /** A file has another name now. */
  readonly onRenamed: (to: string) => void
  /** A folder is to have another name, which takes its time. */
  readonly onRenameFolder: (to: string) => void
}

/** Asks for the new name of a file or folder. A file gets it at once, and what is in the way is said here. */
export function RenameDialog({ path, onClose, onRenamed, onRenameFolder }: RenameDialogProps) {
  const old = nameOf(path)
  const [name, setName] = useState(old)
  const [taken, setTaken] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ShownProblem>()
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    input.current?.focus()
    // What follows the last dot says what it is, and stays most of the time.
    input.current?.setSelectionRange(0, (isFolder(path) ? old : stemOf(old)).length)
  }, [])
  const problem = nameProblem(name)
  const renameFile = async (to: string) => {
    const { problems = [] } = await lines('moveFiles', { body: { items: [{ from: path, to }] } })
    const [failure] = problems
    if (failure === undefined) onRenamed(to)
    else setError(failure.problem)
  }
  const renameFolder = async (to: string) => {
    // Renaming a folder to one that is there would put the two together: that is moving, and asked for there.
    const { items } = await call('listFiles', { query: { startsWith: to, deep: true, limit: 1 } })
    if (items.length > 0) setTaken(true)
    else onRenameFolder(to)
  }
  const rename = async () => {
    if (problem !== undefined || busy) return
    if (name === old) return onClose()
    const to = `${parentOf(path)}${name}${isFolder(path) ? '/' : ''}`
    setBusy(true)
    setError(undefined)
    try {
      if (isFolder(path)) await renameFolder(to)
      else await renameFile(to)
    } catch (thrown) {
      setError(toApiError(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t.renameTitle(visibleName(old))}
      size="small"
      onClose={onClose}
      onSubmit={() => void rename()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {t.rename}
          </Button>
        </>
      }
    >
      <Stack>
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
        {error !== undefined && <ErrorNotice error={error} />}
      </Stack>
    </Dialog>
  )
}
