import { CornerLeftUp, Folder } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Stack } from '../../ui/stack.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { isFolder, nameOf, parentOf } from './paths.ts'
import { SafeName } from './safe-name.tsx'
import { t } from './text.ts'

/** Folders offered at once; a path can be typed whatever is offered. */
const OFFERED = 500

export interface MoveChoice {
  readonly items: readonly { readonly from: string; readonly to: string }[]
  readonly overwrite: boolean
}

interface MoveDialogProps {
  readonly paths: readonly string[]
  readonly folder: string
  readonly copy: boolean
  readonly onClose: () => void
  readonly onMove: (choice: MoveChoice) => void
}

/** Asks where files and folders are to go: by going through the folders, or by typing a path. */
export function MoveDialog({ paths, folder, copy, onClose, onMove }: MoveDialogProps) {
  const [typed, setTyped] = useState(folder)
  const [overwrite, setOverwrite] = useState(false)
  const target = typed === '' || typed.endsWith('/') ? typed : `${typed}/`
  const inside = paths.some((path) => isFolder(path) && target.startsWith(path))
  const same = paths.every((path) => parentOf(path) === target)
  const problem = inside ? t.targetInside : same ? t.targetSlash : undefined
  return (
    <Dialog
      title={copy ? t.copyTitle(paths.length) : t.moveTitle(paths.length)}
      onClose={onClose}
      onSubmit={() => {
        if (problem !== undefined) return
        const items = paths
          .map((from) => ({ from, to: `${target}${nameOf(from)}${isFolder(from) ? '/' : ''}` }))
          .filter(({ from, to }) => from !== to)
        onMove({ items, overwrite })
      }}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" kind="primary" disabled={problem !== undefined}>
            {copy ? t.copyHere : t.moveHere}
          </Button>
        </>
      }
    >
      <Stack>
        <TextInput
          label={t.target}
          value={typed}
          onChange={setTyped}
          hint={problem ?? t.targetHint}
          placeholder="users/"
          mono
          autofocus
        />
        <Folders folder={target} onOpen={setTyped} />
        <Checkbox label={t.replace} hint={t.replaceHint} checked={overwrite} onChange={setOverwrite} />
      </Stack>
    </Dialog>
  )
}

interface FoldersProps {
  readonly folder: string
  readonly onOpen: (folder: string) => void
}

/** The folders of a folder, and the way up. */
function Folders({ folder, onOpen }: FoldersProps) {
  const [found, setFound] = useState<readonly string[]>([])
  const [error, setError] = useState<ApiError>()
  useEffect(() => {
    const controller = new AbortController()
    foldersIn(folder, controller.signal).then(
      (folders) => {
        setFound(folders)
        setError(undefined)
      },
      (thrown) => {
        if (isAbort(thrown)) return
        setFound([])
        setError(toApiError(thrown))
      },
    )
    return () => controller.abort()
  }, [folder])
  return (
    <section class="folder-picker" aria-label={t.subfolders}>
      {error !== undefined && <ErrorNotice error={error} />}
      <ul>
        {folder !== '' && (
          <li>
            <button type="button" class="folder-choice" onClick={() => onOpen(parentOf(folder))}>
              <Icon icon={CornerLeftUp} />
              {t.up}
            </button>
          </li>
        )}
        {found.map((path) => (
          <li key={path}>
            <button type="button" class="folder-choice" onClick={() => onOpen(path)}>
              <Icon icon={Folder} />
              <SafeName name={nameOf(path)} />
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && error === undefined && <p class="muted small folder-none">{t.noSubfolders}</p>}
    </section>
  )
}

/** Only the first page: a folder of a hundred thousand files is not read for the few folders in it. */
async function foldersIn(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const { items } = await call('listFiles', { query: { folder, limit: OFFERED } }, { signal })
  return items.filter(({ kind }) => kind === 'folder').map(({ path }) => path)
}
