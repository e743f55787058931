import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { ApiError, call, lines } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { NameClash } from './name-clash.tsx'
import { isFolder, nameOf, nameProblem, numbered, parentOf, stemOf, visibleName } from './paths.ts'
import { t } from './text.ts'

/** Numbers that are tried for a free name. After them the user has to find one. */
const MAX_TRIED = 20

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
  /** A free name, when the typed one is taken. */
  const [free, setFree] = useState<string>()
  const { busy, error, attempt } = useAttempt()
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    input.current?.focus()
    // Without the extension, which usually stays.
    input.current?.setSelectionRange(0, (isFolder(path) ? old : stemOf(old)).length)
  }, [])
  const problem = nameProblem(name)
  const to = `${parentOf(path)}${name}${isFolder(path) ? '/' : ''}`
  const rename = async (replace: boolean) => {
    if (isFolder(path)) {
      if (!replace && (await exists(to))) setFree(await freeName(to))
      else onRenameFolder(to)
      return
    }
    const { problems = [] } = await lines('moveFiles', { body: { items: [{ from: path, to }], overwrite: replace } })
    const [failure] = problems
    if (failure?.problem.code === 'STORAGE_FILE_EXIST') setFree(await freeName(to))
    else if (failure !== undefined) throw new ApiError(200, failure.problem)
    else onRenamed(to)
  }
  const submit = () => {
    if (problem !== undefined || busy || free !== undefined) return
    if (name === old) onClose()
    else void attempt(() => rename(false))
  }
  const change = (next: string) => {
    setName(next)
    setFree(undefined)
  }
  return (
    <FormDialog
      title={t.renameTitle(visibleName(old))}
      submitLabel={t.rename}
      busy={busy}
      error={error}
      disabled={free !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label={t.newName}
        value={name}
        onChange={change}
        error={problem !== undefined ? t[problem] : undefined}
        inputRef={input}
      />
      {free !== undefined && (
        <NameClash
          isFolder={isFolder(path)}
          free={free}
          busy={busy}
          onUseFree={() => {
            change(free)
            input.current?.focus()
          }}
          onReplace={() => void attempt(() => rename(true))}
        />
      )}
    </FormDialog>
  )
}

/** Whether there is a file with this path, or anything in this folder. */
async function exists(path: string): Promise<boolean> {
  const { items } = await call('listFiles', { query: { startsWith: path, deep: isFolder(path), limit: 1 } })
  return items.some((item) => isFolder(path) || item.path === path)
}

/** The first free name among a few numbered ones. */
async function freeName(taken: string): Promise<string> {
  const withNumber = (number: number) =>
    isFolder(taken) ? `${taken.slice(0, -1)} (${number})/` : numbered(taken, number)
  let number = 2
  while (number < MAX_TRIED && (await exists(withNumber(number)))) number += 1
  return nameOf(withNumber(number))
}
