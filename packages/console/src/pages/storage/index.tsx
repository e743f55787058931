import type { StorageEntry } from '@cloudstead/admin-api'
import { FolderPlus } from 'lucide'
import { useEffect, useRef, useState } from 'preact/hooks'
import { setQuery, showDetail } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { Breadcrumbs } from '../../ui/breadcrumbs.tsx'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import type { ChosenFile } from '../../ui/dropped-files.ts'
import { Dropzone } from '../../ui/dropzone.tsx'
import { Page } from '../../ui/page.tsx'
import { SearchInput } from '../../ui/search-input.tsx'
import { SplitView } from '../../ui/side-panel.tsx'
import { ClashDialog } from './clash-dialog.tsx'
import { entryMenu } from './entry-menu.ts'
import type { EntryOrder } from './entry-order.ts'
import { downloadEntries } from './file-actions.ts'
import { FilePanel } from './file-panel.tsx'
import { FileTable } from './file-table.tsx'
import { ListStatus } from './list-status.tsx'
import { PathName } from './path-name.tsx'
import { foldersTo, isFolder, parentOf, visibleName } from './paths.ts'
import { orderQuery, placeOf } from './place.ts'
import { SelectionBar } from './selection-bar.tsx'
import { SortSelect } from './sort-select.tsx'
import { t } from './text.ts'
import { UploadButtons } from './upload-buttons.tsx'
import { onArrived, uploads } from './uploads.ts'
import { UploadsPanel } from './uploads-panel.tsx'
import { useEntries } from './use-entries.ts'
import { useFileOperations } from './use-file-operations.tsx'
import './storage.css'

const NONE: ReadonlySet<string> = new Set()

/** The files of the environment. */
export default function StoragePage() {
  const { query } = useRoute()
  const { file = '' } = query
  const place = placeOf(query)
  const { folder, search, order } = place
  const entries = useEntries(place)
  const [chosen, setChosen] = useState({ folder, paths: NONE })
  const selected = chosen.folder === folder ? chosen.paths : NONE
  const select = (paths: ReadonlySet<string>) => setChosen({ folder, paths })
  const [renamed, setRenamed] = useState<{ readonly key: string }>()
  /** Counts the changes of the shown file. */
  const [version, setVersion] = useState(0)
  const operations = useFileOperations((changes) => {
    const [from, to] = [changes?.removed[0], changes?.added[0]]
    if (changes?.removed.length === 1 && from && to && parentOf(from) === parentOf(to)) setRenamed({ key: to })
    if (changes === undefined) setQuery({ folder, file: undefined })
    else if (changes.removed.some((path) => path === file || (isFolder(path) && file.startsWith(path)))) {
      // The panel stays open for a renamed file, and closes for a moved or deleted one.
      const [to = ''] = changes.added
      setQuery({ folder, file: changes.added.length === 1 && parentOf(to) === parentOf(file) ? to : undefined })
    }
    if (changes?.added.includes(file)) setVersion((before) => before + 1)
    select(NONE)
    if (changes === undefined) entries.reload()
    else entries.change(changes)
  })
  const latest = useRef({ entries, file })
  latest.current = { entries, file }
  useEffect(
    () =>
      onArrived((added) => {
        latest.current.entries.change({ removed: [], added })
        if (added.includes(latest.current.file)) setVersion((before) => before + 1)
      }),
    [],
  )

  const goTo = (path: string) =>
    setQuery({ folder: path, file: undefined, search: undefined, deep: undefined }, { replace: false })
  const show = (path: string | undefined) => showDetail('file', file, path, { folder })
  const open = ({ kind, path }: StorageEntry) => (kind === 'folder' ? goTo(path) : show(path))
  const take = (files: readonly ChosenFile[]) =>
    uploads.add(files.map(({ file: one, path }) => ({ file: one, path: folder + path })))
  const paths = () => [...selected]
  const sortBy = (next: EntryOrder) => setQuery({ folder, ...orderQuery(next) })

  const menu = (entry: StorageEntry) => entryMenu(entry, { folder, operations, goTo, show })
  const onKey = (event: KeyboardEvent, { path }: StorageEntry) => {
    if (event.key === 'Delete') operations.remove(selected.size > 0 ? paths() : [path])
    else if (event.key === 'F2') operations.rename(path)
    else if (event.key === 'Backspace' && folder !== '') goTo(parentOf(folder))
    else return
    event.preventDefault()
  }

  return (
    <Page
      fill
      title={t.title}
      actions={
        <>
          <Button icon={FolderPlus} onClick={() => operations.newFolder(folder)}>
            {t.newFolder}
          </Button>
          <UploadButtons onFiles={take} />
        </>
      }
    >
      <Dropzone class="storage" label={t.drop(folder === '' ? t.root : visibleName(folder))} onFiles={take}>
        <Breadcrumbs
          label={t.path}
          crumbs={['', ...foldersTo(folder)].map((path) => ({
            key: path,
            label: path === '' ? t.root : <PathName path={path} />,
            to: 'storage' as const,
            query: { folder: path },
          }))}
        />
        <div class="storage-bar">
          <SearchInput
            class="storage-search"
            label={t.search}
            placeholder={t.searchHint}
            value={search}
            onSearch={(text) => setQuery({ folder, search: text, file: undefined })}
          />
          {search === '' && (
            <Checkbox
              label={t.deep}
              checked={place.deep}
              onChange={(deep) => setQuery({ folder, deep: deep ? 1 : undefined })}
            />
          )}
          {(search !== '' || !place.deep) && <SortSelect order={order} onChange={sortBy} />}
        </div>
        {selected.size > 0 && (
          <SelectionBar
            count={selected.size}
            hidden={selected.size - entries.rows.filter(({ path }) => selected.has(path)).length}
            onDownload={() => void downloadEntries(paths().map((path) => ({ path })))}
            onMove={() => operations.move(paths(), folder)}
            onDelete={() => operations.remove(paths())}
            onClear={() => select(NONE)}
          />
        )}
        <SplitView>
          <FileTable
            place={place}
            entries={entries}
            selected={selected}
            narrow={file !== ''}
            goTo={renamed}
            menu={menu}
            onSelect={select}
            onOpen={open}
            onActive={({ kind, path }) => file !== '' && kind === 'file' && show(path)}
            onKey={onKey}
            onSort={sortBy}
            onClearSearch={() => setQuery({ folder, search: undefined })}
          />
          {file !== '' && (
            <FilePanel
              key={`${version} ${file}`}
              path={file}
              onClose={() => show(undefined)}
              onRename={() => operations.rename(file)}
              onCorrectType={(contentType) => operations.correctType(file, contentType)}
              onMove={() => operations.move([file], folder)}
              onDelete={() => operations.remove([file])}
            />
          )}
        </SplitView>
        <ListStatus entries={entries} deep={place.deep} />
        <UploadsPanel />
      </Dropzone>
      {operations.dialogs()}
      <ClashDialog />
    </Page>
  )
}
