import type { StorageEntry } from '@cloudstead/admin-api'
import { Copy, Download, FolderInput, FolderOpen, Info, Link, Pencil, Trash2 } from 'lucide'
import type { MenuItem } from '../../ui/menu.tsx'
import { copied, copyFileId, copyUrl, downloadEntries } from './file-actions.ts'
import { t } from './text.ts'
import type { Work } from './use-work.tsx'

interface MenuOptions {
  /** The folder that is shown. */
  readonly folder: string
  readonly work: Work
  readonly goTo: (folder: string) => void
  readonly show: (file: string) => void
}

/** What can be done with one file or folder. */
export function entryMenu(entry: StorageEntry, options: MenuOptions): readonly (MenuItem | string)[] {
  const { kind, path } = entry
  const { folder, work, goTo, show } = options
  const copyPath: MenuItem = { label: t.copyPath, icon: Copy, onSelect: () => void copied(path) }
  const get = { icon: Download, onSelect: () => void downloadEntries([entry]) }
  const use: readonly MenuItem[] =
    kind === 'folder'
      ? [{ label: t.open, icon: FolderOpen, onSelect: () => goTo(path) }, { label: t.downloadZip, ...get }, copyPath]
      : [
          { label: t.details, icon: Info, onSelect: () => show(path) },
          { label: t.download, ...get },
          { label: t.copyFileId, icon: Copy, onSelect: () => void copyFileId(path) },
          { label: t.copyUrl, icon: Link, onSelect: () => void copyUrl(path) },
          copyPath,
        ]
  return [
    ...use,
    '-',
    { label: t.rename, icon: Pencil, onSelect: () => work.rename(path) },
    { label: t.move, icon: FolderInput, onSelect: () => work.move([path], folder) },
    { label: t.copyTo, icon: Copy, onSelect: () => work.move([path], folder, true) },
    '-',
    { label: t.remove, icon: Trash2, danger: true, onSelect: () => work.remove([path]) },
  ]
}
