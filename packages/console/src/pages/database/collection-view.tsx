import type { CollectionInfo, StoredDocument } from '@cloudstead/admin-api'
import { Columns3, Download, FileUp, FileX2, ListTree, Plus, RotateCw, SearchX, Table2, Trash2 } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { remember, remembered } from '../../app/local-storage.ts'
import { setQuery } from '../../app/navigation.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { SplitView } from '../../ui/side-panel.tsx'
import { CollectionDialogs, type OpenDialog } from './collection-dialogs.tsx'
import { choiceKey, fieldsOf, readChoice, shownFields } from './columns.ts'
import { DocumentCards } from './document-cards.tsx'
import { DocumentPanel } from './document-panel.tsx'
import { DocumentTable } from './document-table.tsx'
import { EditPanel } from './edit-panel.tsx'
import { FirstDocumentCode } from './first-document-code.tsx'
import { ModeLink } from './mode-link.tsx'
import { addressId, goTo, NEW, PHONE, type Place } from './place.ts'
import { QueryBar } from './query-bar.tsx'
import { t } from './text.ts'
import { useDocuments } from './use-documents.ts'
import type { JsonObject } from './values.ts'

interface CollectionViewProps {
  readonly place: Place
  /** Undefined while it is loading, and if the collection does not exist. */
  readonly info: CollectionInfo | undefined
  readonly onCollectionsChanged: () => void
}

const NONE: ReadonlySet<string> = new Set()
/** Error codes of invalid queries. */
const INVALID_QUERY: readonly string[] = ['INVALID_PARAM', 'DATABASE_INVALID_OPERRATOR', 'DATABASE_REQUEST_FAILED']

/** Replaces the general text of the error code. The message says what is wrong and where. */
const INVALID_QUERY_PROBLEM = {
  text: { en: 'The query is invalid.', zh: '查询条件无法执行。' },
  advice: {
    en: 'Correct the part named in the message. For valid queries, see the examples on the right.',
    zh: '请按提示修改，右侧的示例可供参考。',
  },
}

/** The documents of a collection that match a query, in a table or as JSON, with an open document beside them. */
export function CollectionView({ place, info, onCollectionsChanged }: CollectionViewProps) {
  const { collection, query, orderBy, direction, view, doc } = place
  const documents = useDocuments(place)
  const [selected, setSelected] = useState(NONE)
  const [choice, setChoice] = useState(() => readChoice(remembered(choiceKey(collection))))
  const [start, setStart] = useState<JsonObject>({})
  const [dialog, setDialog] = useState<OpenDialog>()
  const { rows, error } = documents
  const fields = fieldsOf(rows)
  useEffect(() => setSelected(NONE), [query, orderBy, direction])

  const go = (changes: Partial<Place>, replace = false) => goTo({ ...place, ...changes }, replace)
  const show = (next: string) => {
    // As in showDetail: only opening the first one adds a history entry.
    if (next !== doc) void go({ doc: next }, doc !== '' && next !== '')
  }
  const write = async (document: JsonObject) => {
    if (doc === NEW || !(await go({ doc: NEW }))) return
    setStart(document)
  }
  const removed = (ids: readonly StoredDocument['id'][]) => {
    documents.remove(ids)
    setSelected(NONE)
    onCollectionsChanged()
    if (ids.some((id) => addressId(id) === doc)) setQuery({ doc: undefined })
  }
  const chosenIds = () => rows.filter(({ id }) => selected.has(addressId(id))).map(({ id }) => id)
  const remove = (row: StoredDocument) => {
    const ids = chosenIds()
    setDialog({ kind: 'delete', ids: ids.length > 0 ? ids : [row.id] })
  }
  const open = ({ id }: StoredDocument) => show(addressId(id))

  const transfer = [
    { label: t.importing, icon: FileUp, onSelect: () => setDialog({ kind: 'import' }) },
    { label: t.exporting, icon: Download, onSelect: () => setDialog({ kind: 'export' }) },
  ]
  const invalidQuery = error !== undefined && query !== '' && INVALID_QUERY.includes(error.code)
  const nothing = error !== undefined && rows.length === 0

  const empty =
    query === '' ? (
      <EmptyState
        icon={FileX2}
        title={t.emptyTitle}
        actions={
          <Button icon={Plus} onClick={() => void write({})}>
            {t.add}
          </Button>
        }
      >
        <FirstDocumentCode text={t.emptyText} collection={collection} />
      </EmptyState>
    ) : (
      <EmptyState
        icon={SearchX}
        title={t.nothingTitle}
        actions={<Button onClick={() => void go({ query: '' })}>{t.clear}</Button>}
      >
        {t.nothingText}
      </EmptyState>
    )

  return (
    <SplitView>
      <section class="collection-view" aria-labelledby="collection-title">
        <header class="collection-head">
          <div class="collection-words">
            <h2 id="collection-title" class="clip">
              <bdi>{collection}</bdi>
            </h2>
            {info !== undefined && <ModeLink collection={info} />}
            {info?.source === 'file' && (
              <span class="not-phone">
                <Badge>{t.fromFile}</Badge>
              </span>
            )}
          </div>
          <div class="collection-actions">
            <Button kind="primary" icon={Plus} onClick={() => void write({})}>
              {t.add}
            </Button>
            {transfer.map(({ label, icon, onSelect }) => (
              <Button key={label} class="not-phone" icon={icon} onClick={onSelect}>
                {label}
              </Button>
            ))}
            {info !== undefined && (
              <Menu
                label={t.more}
                items={[
                  ...(matchMedia(PHONE).matches ? [...transfer, '-'] : []),
                  { label: t.indexes, icon: ListTree, onSelect: () => setDialog({ kind: 'indexes' }) },
                  '-',
                  {
                    label: info.source === 'file' ? t.empty : t.drop,
                    icon: Trash2,
                    danger: true,
                    onSelect: () => setDialog({ kind: 'drop' }),
                  },
                ]}
              />
            )}
          </div>
        </header>
        <QueryBar
          collection={collection}
          query={query}
          rows={rows}
          onRun={(next) => (next === query ? documents.reload() : void go({ query: next, doc: '' }))}
        />
        {nothing &&
          (invalidQuery ? (
            <ErrorNotice error={{ ...INVALID_QUERY_PROBLEM, code: error.code, details: error.details }} />
          ) : (
            <ErrorNotice error={error} onRetry={documents.reload} />
          ))}
        <div class="documents-bar">
          {selected.size > 0 ? (
            <>
              <span class="numbers">{t.selected(selected.size)}</span>
              <Button size="small" icon={Trash2} onClick={() => setDialog({ kind: 'delete', ids: chosenIds() })}>
                {t.deleteSelected}
              </Button>
              <Button size="small" kind="quiet" onClick={() => setSelected(NONE)}>
                {t.clearSelection}
              </Button>
            </>
          ) : (
            <p class="muted small numbers" role="status">
              {documents.count !== undefined && t.found(documents.count)}
              {documents.count !== undefined && rows.length < documents.count && ` · ${t.loaded(rows.length)}`}
            </p>
          )}
          <span class="spring" />
          <IconButton size="small" icon={RotateCw} label={t.reload} onClick={documents.reload} />
          {view === 'table' && (
            <IconButton size="small" icon={Columns3} label={t.columns} onClick={() => setDialog({ kind: 'columns' })} />
          )}
          <div class="view-choice" role="group" aria-label={t.view}>
            <Button
              size="small"
              icon={Table2}
              aria-pressed={view === 'table'}
              onClick={() => void go({ view: 'table' }, true)}
            >
              {t.table}
            </Button>
            <Button size="small" aria-pressed={view === 'json'} onClick={() => void go({ view: 'json' }, true)}>
              {t.json}
            </Button>
          </div>
        </div>
        {nothing ? null : view === 'table' ? (
          <DocumentTable
            documents={documents}
            fields={shownFields(fields, choice)}
            selected={selected}
            sorting={{ column: orderBy === '' ? '_id' : orderBy, direction }}
            empty={empty}
            onSelect={setSelected}
            onSort={({ column, direction: way }) =>
              void go({ orderBy: column === '_id' ? '' : column, direction: way })
            }
            onOpen={open}
            onDelete={remove}
          />
        ) : (
          <DocumentCards documents={documents} open={doc} empty={empty} onOpen={open} />
        )}
        <CollectionDialogs
          dialog={dialog}
          place={place}
          info={info}
          fields={fields}
          choice={choice}
          onChoice={(next) => {
            remember(choiceKey(collection), JSON.stringify(next))
            setChoice(next)
          }}
          onDeleted={removed}
          onChanged={() => {
            documents.reload()
            onCollectionsChanged()
          }}
          onDropped={() => {
            onCollectionsChanged()
            setQuery({ collection: undefined, query: undefined, doc: undefined, orderBy: undefined })
          }}
          onClose={() => setDialog(undefined)}
        />
      </section>
      {doc !== '' && (
        <OpenDocument
          doc={doc}
          start={start}
          collection={collection}
          onSaved={documents.replace}
          onAdded={(made) => {
            documents.reload()
            onCollectionsChanged()
            setQuery({ doc: addressId(made.id) })
          }}
          onDuplicate={(document) => void write(document)}
          onDelete={({ id }) => setDialog({ kind: 'delete', ids: [id] })}
          onClose={() => show('')}
        />
      )}
    </SplitView>
  )
}

interface OpenDocumentProps {
  readonly doc: string
  readonly start: JsonObject
  readonly collection: string
  readonly onSaved: (stored: StoredDocument) => void
  readonly onAdded: (stored: StoredDocument) => void
  readonly onDuplicate: (document: JsonObject) => void
  readonly onDelete: (stored: StoredDocument) => void
  readonly onClose: () => void
}

/** The panel beside the list, with its own state for each document. */
function OpenDocument({ doc, start, ...events }: OpenDocumentProps) {
  if (doc === NEW) return <EditPanel key={`${NEW} ${JSON.stringify(start)}`} {...events} start={start} />
  return <DocumentPanel key={doc} doc={doc} {...events} />
}
