import type { StorageEntry } from '@cloudstead/admin-api'
import { Copy, Download, FolderInput, FolderOpen, Info, Link, Pencil, Trash2 } from 'lucide'
import type { MenuItem } from '../../ui/menu.tsx'
import { copyAndReport, copyFileId, copyUrl, downloadEntries } from './file-actions.ts'
import { t } from './text.ts'
import type { FileOperations } from './use-file-operations.tsx'

interface MenuOptions {
  /** The current folder. */
  readonly folder: string
  readonly operations: FileOperations
  readonly goTo: (folder: string) => void
  readonly show: (file: string) => void
}

/** The menu of a file or folder. */
export function entryMenu(entry: StorageEntry, options: MenuOptions): readonly (MenuItem | string)[] {
  const { kind, path } = entry
  const { folder, operations, goTo, show } = options
  const copyPath: MenuItem = { label: t.copyPath, icon: Copy, onSelect: () => void copyAndReport(path) }
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
    { label: t.rename, icon: Pencil, onSelect: () => operations.rename(path) },
    { label: t.move, icon: FolderInput, onSelect: () => operations.move([path], folder) },
    { label: t.copyTo, icon: Copy, onSelect: () => operations.move([path], folder, true) },
    '-',
    { label: t.remove, icon: Trash2, danger: true, onSelect: () => operations.remove([path]) },
  ]
}
