import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, call, toApiError } from '../../api/index.ts'
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
  /** The new path is free as far as anybody knows; carry it out. */
  readonly onRename: (to: string) => void
}

/** Asks for the new name of a file or folder. */
export function RenameDialog({ path, onClose, onRename }: RenameDialogProps) {
  const old = nameOf(path)
  const [name, setName] = useState(old)
  const [taken, setTaken] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    input.current?.focus()
    // What follows the last dot says what it is, and stays most of the time.
    input.current?.setSelectionRange(0, (isFolder(path) ? old : stemOf(old)).length)
  }, [])
  const problem = nameProblem(name)
  const rename = async () => {
    if (problem !== undefined || busy) return
    if (name === old) return onClose()
    const to = `${parentOf(path)}${name}${isFolder(path) ? '/' : ''}`
    setBusy(true)
    setError(undefined)
    try {
      // Renaming a folder to one that is there would put the two together: that is moving, and asked for there.
      const there = isFolder(path)
        ? await call('listFiles', { query: { startsWith: to, deep: true, limit: 1 } })
        : undefined
      if (there !== undefined && there.items.length > 0) setTaken(true)
      else onRename(to)
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
