import { useState } from 'preact/hooks'
import { lines } from '../../api/index.ts'
import { ProgressDialog, type ProgressDialogProps } from '../../ui/progress-dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { inBatches } from './batches.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import type { Changes } from './entry-changes.ts'
import { type Move, MoveDialog } from './move-dialog.tsx'
import { NewFolderDialog } from './new-folder-dialog.tsx'
import { isFolder, nameOf, visibleName } from './paths.ts'
import { RenameDialog } from './rename-dialog.tsx'
import { t } from './text.ts'
import { TypeDialog } from './type-dialog.tsx'

/** The dialog that is open. */
type Open =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'rename'; readonly path: string }
  | { readonly kind: 'type'; readonly path: string; readonly contentType: string }
  | { readonly kind: 'move'; readonly paths: readonly string[]; readonly folder: string; readonly copy: boolean }
  | { readonly kind: 'delete'; readonly paths: readonly string[] }
  | {
      readonly kind: 'run'
      readonly title: string
      readonly run: Run
      readonly done: (count: number) => string
      /** The changes if everything succeeds. */
      readonly changes: Changes
    }

type Run = ProgressDialogProps['run']

/**
 * Operations on files and folders that ask first and take time. The page has to render `dialogs()`.
 *
 * @param onChanged called with the changes, or with undefined after an incomplete operation
 */
export function useFileOperations(onChanged: (changes: Changes | undefined) => void) {
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const totalOf = (paths: readonly string[]) => (paths.some(isFolder) ? undefined : paths.length)

  const move = (
    title: string,
    items: readonly Move[],
    more: { copy?: boolean; overwrite?: boolean },
    done: (count: number) => string,
  ) => {
    const total = totalOf(items.map(({ from }) => from))
    const run: Run = (options) =>
      inBatches(items, total, (batch, each) => lines('moveFiles', { body: { items: batch, ...more } }, each), options)
    const changes = { removed: more.copy ? [] : items.map(({ from }) => from), added: items.map(({ to }) => to) }
    setOpen({ kind: 'run', title, run, done, changes })
  }
  const remove = (paths: readonly string[]) => {
    const run: Run = (options) =>
      inBatches(paths, totalOf(paths), (batch, each) => lines('deleteFiles', { body: { paths: batch } }, each), options)
    setOpen({
      kind: 'run',
      title: t.deleting(paths.length),
      run,
      done: t.deleted,
      changes: { removed: paths, added: [] },
    })
  }

  const dialogs = () => {
    switch (open?.kind) {
      case undefined:
        return null
      case 'folder':
        return (
          <NewFolderDialog
            folder={open.folder}
            onClose={close}
            onDone={(path) => {
              close()
              onChanged({ removed: [], added: [path] })
            }}
          />
        )
      case 'rename':
        return (
          <RenameDialog
            path={open.path}
            onClose={close}
            onRenamed={(to) => {
              close()
              toast(t.renamed)
              onChanged({ removed: [open.path], added: [to] })
            }}
            onRenameFolder={(to) =>
              move(t.renaming(visibleName(nameOf(open.path))), [{ from: open.path, to }], {}, () => t.renamed)
            }
          />
        )
      case 'type':
        return (
          <TypeDialog
            {...open}
            onClose={close}
            onDone={() => {
              close()
              toast(t.typeCorrected)
              onChanged({ removed: [], added: [open.path] })
            }}
          />
        )
      case 'move':
        return (
          <MoveDialog
            {...open}
            onClose={close}
            onMove={(items, overwrite) => {
              const { copy } = open
              const title = copy ? t.copying(items.length) : t.moving(items.length)
              move(title, items, { copy, overwrite }, copy ? t.copiedFiles : t.moved)
            }}
          />
        )
      case 'delete':
        return <DeleteDialog paths={open.paths} onClose={close} onDelete={() => remove(open.paths)} />
      case 'run':
        return (
          <ProgressDialog
            key={open.title}
            title={open.title}
            run={open.run}
            onClose={(last, whole) => {
              close()
              if (whole) toast(open.done(last?.done ?? 0))
              onChanged(whole ? open.changes : undefined)
            }}
          />
        )
    }
  }
  return {
    newFolder: (folder: string) => setOpen({ kind: 'folder', folder }),
    rename: (path: string) => setOpen({ kind: 'rename', path }),
    correctType: (path: string, contentType: string) => setOpen({ kind: 'type', path, contentType }),
    move: (paths: readonly string[], folder: string, copy = false) => setOpen({ kind: 'move', paths, folder, copy }),
    remove: (paths: readonly string[]) => setOpen({ kind: 'delete', paths }),
    dialogs,
  }
}

export type FileOperations = ReturnType<typeof useFileOperations>
