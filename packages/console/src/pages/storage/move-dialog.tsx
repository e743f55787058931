import type { StorageEntry } from '@cloudstead/admin-api'
import { CornerLeftUp, Folder } from 'lucide'
import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { usePages } from '../../data/use-pages.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { isFolder, nameOf, parentOf } from './paths.ts'
import { SafeName } from './safe-name.tsx'
import { t } from './text.ts'

export interface Move {
  readonly from: string
  readonly to: string
}

interface MoveDialogProps {
  readonly paths: readonly string[]
  readonly folder: string
  readonly copy: boolean
  readonly onClose: () => void
  readonly onMove: (items: readonly Move[], overwrite: boolean) => void
}

/** Asks for the target folder of files and folders: a list of folders to go through, or a typed path. */
export function MoveDialog({ paths, folder, copy, onClose, onMove }: MoveDialogProps) {
  const [typed, setTyped] = useState(folder)
  const [overwrite, setOverwrite] = useState(false)
  const target = typed === '' || typed.endsWith('/') ? typed : `${typed}/`
  const inside = paths.some((path) => isFolder(path) && target.startsWith(path))
  const same = paths.every((path) => parentOf(path) === target)
  const problem = inside ? t.targetInside : same ? t.targetSame : undefined
  return (
    <FormDialog
      title={copy ? t.copyTitle(paths.length) : t.moveTitle(paths.length)}
      size="medium"
      submitLabel={copy ? t.copyHere : t.moveHere}
      disabled={problem !== undefined}
      onClose={onClose}
      onSubmit={() => {
        if (problem !== undefined) return
        const items = paths
          .map((from) => ({ from, to: `${target}${nameOf(from)}${isFolder(from) ? '/' : ''}` }))
          .filter(({ from, to }) => from !== to)
        onMove(items, overwrite)
      }}
    >
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
    </FormDialog>
  )
}

interface FoldersProps {
  readonly folder: string
  readonly onOpen: (folder: string) => void
}

/** Folders come first in a sorted list. */
const PAGE_SIZE = 500

/** The folders in a folder, and a button to go up. */
function Folders({ folder, onOpen }: FoldersProps) {
  const { rows, error } = usePages<StorageEntry>({
    key: folder,
    keepRows: true,
    keyOf: ({ path }) => path,
    load: (_, signal) => call('listFiles', { query: { folder, sort: 'name', limit: PAGE_SIZE } }, { signal }),
  })
  const found = error === undefined ? rows.filter(({ kind }) => kind === 'folder') : []
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
        {found.map(({ path }) => (
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
