import type { StorageEntry } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { Bytes } from '../../ui/bytes.tsx'
import { Icon } from '../../ui/icon.tsx'
import type { MenuItem } from '../../ui/menu.tsx'
import { Time } from '../../ui/time.tsx'
import type { VirtualColumn } from '../../ui/virtual-column.ts'
import { essence, iconOf } from './file-kind.ts'
import { PathName } from './path-name.tsx'
import { onThisServer, versioned, visibleName } from './paths.ts'
import { RowMenu } from './row-menu.tsx'
import { t } from './text.ts'

interface ColumnOptions {
  readonly open: (entry: StorageEntry) => void
  readonly menu: (entry: StorageEntry) => readonly (MenuItem | string)[]
  /** Leave out some columns, because a panel is open beside the table. */
  readonly narrow: boolean
}

/** The columns of the list of files and folders. */
export function entryColumns({ open, menu, narrow }: ColumnOptions): readonly VirtualColumn<StorageEntry>[] {
  const all: readonly VirtualColumn<StorageEntry>[] = [
    {
      id: 'name',
      title: t.name,
      sortable: true,
      width: 'minmax(0, 1fr)',
      cell: (entry, { active }) => (
        <span class="entry-name">
          <Thumbnail key={entry.updatedAt} entry={entry} />
          <button type="button" class="entry-open" tabIndex={active ? 0 : -1} onClick={() => open(entry)}>
            <PathName path={entry.path} name={entry.name} />
          </button>
        </span>
      ),
    },
    {
      id: 'type',
      title: t.type,
      sortable: true,
      width: '168px',
      notOnPhone: true,
      cell: ({ kind, contentType = '' }) => (
        <span class="muted">{kind === 'folder' ? t.folder : essence(contentType)}</span>
      ),
    },
    {
      id: 'size',
      title: t.size,
      sortable: true,
      width: '96px',
      align: 'end',
      notOnPhone: true,
      cell: ({ size }) => (size === undefined ? null : <Bytes value={size} />),
    },
    {
      id: 'changed',
      title: t.modified,
      sortable: true,
      width: '160px',
      notOnPhone: true,
      cell: ({ updatedAt }) => (updatedAt === undefined ? null : <Time at={updatedAt} relative />),
    },
    {
      id: 'actions',
      title: t.actions,
      hideTitle: true,
      width: '52px',
      align: 'end',
      cell: (entry, { active }) => (
        <RowMenu label={t.actionsFor(visibleName(entry.name))} items={() => menu(entry)} tabIndex={active ? 0 : -1} />
      ),
    },
  ]
  return narrow ? all.filter(({ id }) => id !== 'type' && id !== 'changed') : all
}

/** A thumbnail of a picture. An icon for other entries, and for pictures that cannot be loaded. */
function Thumbnail({ entry: { kind, contentType, previewUrl, updatedAt } }: { readonly entry: StorageEntry }) {
  const [broken, setBroken] = useState(false)
  return (
    <span class={kind === 'folder' ? 'entry-icon is-folder' : 'entry-icon'}>
      {previewUrl === undefined || broken ? (
        <Icon icon={iconOf(kind, contentType)} size={18} />
      ) : (
        <img
          src={versioned(onThisServer(previewUrl), updatedAt)}
          alt=""
          width={32}
          height={32}
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
        />
      )}
    </span>
  )
}
