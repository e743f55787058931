import type { StoredDocument } from '@cloudstead/admin-api'
import { CopyPlus, Save, Trash2 } from 'lucide'
import { useState } from 'preact/hooks'
import { call, toApiError } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { useUnsaved } from '../../app/use-unsaved.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { SidePanel } from '../../ui/side-panel.tsx'
import { Stack } from '../../ui/stack.tsx'
import { toast } from '../../ui/toast.tsx'
import { ConflictBanner } from './conflict-banner.tsx'
import { DocumentEditor } from './document-editor.tsx'
import { t } from './edit-text.ts'
import { useDraft } from './use-draft.ts'
import type { JsonObject } from './values.ts'

export interface EditPanelProps {
  readonly collection: string
  /** The document as it was loaded. Absent for a new document. */
  readonly stored?: StoredDocument | undefined
  /** The initial content. */
  readonly start: JsonObject
  readonly onSaved: (stored: StoredDocument) => void
  readonly onAdded: (stored: StoredDocument) => void
  readonly onDuplicate: (document: JsonObject) => void
  readonly onDelete: (stored: StoredDocument) => void
  readonly onClose: () => void
}

/** Edits a document. It is saved only over the version that was loaded, and a conflict loses nothing that was typed. */
export function EditPanel(props: EditPanelProps) {
  const { collection, onSaved, onAdded, onDuplicate, onDelete, onClose } = props
  const [stored, setStored] = useState(props.stored)
  const [conflict, setConflict] = useState<StoredDocument>()
  const [gone, setGone] = useState(false)
  const [blocked, setBlocked] = useState(false)
  const { busy, error, attempt, setError } = useAttempt()
  const edited = useDraft(props.start)
  const isNew = stored === undefined
  useUnsaved(edited.dirty)

  /** @throws the error, unless it is a conflict or the document is gone */
  const failed = async (thrown: unknown): Promise<void> => {
    const { code } = toApiError(thrown)
    if (stored === undefined || !['CONSOLE_CONFLICT', 'NOT_FOUND'].includes(code)) throw thrown
    if (code === 'NOT_FOUND') return setGone(true)
    const query = { id: JSON.stringify(stored.id) }
    await call('getDocument', { params: { name: collection }, query }).then(setConflict, failed)
  }
  const work = (what: () => Promise<void>) => {
    setBlocked(false)
    return attempt(() => what().catch(failed))
  }
  const add = (document: JsonObject) =>
    work(async () => {
      const made = await call('createDocument', { params: { name: collection }, body: { document } })
      // The fields are stored now, so nothing can be lost.
      edited.reset(document)
      toast(t.added)
      onAdded(made)
    })
  const saveOver = (before: StoredDocument, document: JsonObject) =>
    work(async () => {
      const body = { id: before.id, version: before.version, document }
      const now = await call('replaceDocument', { params: { name: collection }, body })
      setStored(now)
      setConflict(undefined)
      edited.reset(now.document)
      toast(t.saved)
      onSaved(now)
    })
  const save = (before = stored) => {
    const { document } = edited
    if (busy) return
    if (document === undefined) setBlocked(true)
    else if (gone) void add(withoutId(document))
    else void (before === undefined ? add(document) : saveOver(before, document))
  }
  const takeTheirs = (theirs: StoredDocument) => {
    setStored(theirs)
    setConflict(undefined)
    edited.reset(theirs.document)
    onSaved(theirs)
  }

  const title = stored === undefined ? t.newTitle : <bdi class="mono">{String(stored.id)}</bdi>
  return (
    <SidePanel
      wide
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button kind="primary" icon={Save} busy={busy} disabled={!isNew && !edited.dirty} onClick={() => save()}>
            {gone ? t.saveAsNew : isNew ? t.saveNew : t.save}
          </Button>
          {!isNew && edited.dirty && <Button onClick={() => edited.reset(stored.document)}>{t.discard}</Button>}
          <span class="spring" />
          <CopyButton text={() => JSON.stringify(edited.document ?? {}, null, 2)} label={t.copy} />
          {!isNew && (
            <>
              <IconButton
                icon={CopyPlus}
                label={t.duplicate}
                onClick={() => edited.document && onDuplicate(withoutId(edited.document))}
              />
              <IconButton icon={Trash2} label={t.remove} onClick={() => onDelete(stored)} />
            </>
          )}
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+S saves from any field inside */}
      <div
        onKeyDown={(event) => {
          if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          save()
        }}
      >
        <Stack>
          {gone && (
            <Banner kind="warning" live>
              {t.gone}
            </Banner>
          )}
          {conflict !== undefined && stored !== undefined && (
            <ConflictBanner
              base={stored.document}
              theirs={conflict.document}
              mine={edited.document}
              busy={busy}
              onOverwrite={() => save(conflict)}
              onTakeTheirs={() => takeTheirs(conflict)}
              onKeepBoth={(both) => void saveOver(conflict, both)}
            />
          )}
          {error !== undefined && <ErrorNotice error={error} onDismiss={() => setError(undefined)} />}
          {blocked && edited.document === undefined && edited.wrong === undefined && (
            <Banner kind="danger" live>
              {t.fixFirst}
            </Banner>
          )}
          <DocumentEditor
            edited={edited}
            fixedId={!isNew}
            blocked={blocked}
            onBlocked={() => setBlocked(true)}
            onSave={() => save()}
          />
        </Stack>
      </div>
    </SidePanel>
  )
}

function withoutId({ _id, ...rest }: JsonObject): JsonObject {
  return rest
}
