import type { SettingChange } from '@cloudstead/admin-api'
import { Undo2 } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { defaultPreset, presetText } from './presets.ts'
import { t } from './text.ts'

export interface HistoryDrawerProps {
  readonly collection: string | undefined
  readonly onUndo: (text: string) => void
  readonly onClose: () => void
}

const PAGE = 20

/** Every change of these rules, newest first; each can be put back into the editor. */
export function HistoryDrawer({ collection, onUndo, onClose }: HistoryDrawerProps) {
  const key = collection === undefined ? 'storage.acl' : `database.collections.${collection}.acl`
  const [items, setItems] = useState<readonly SettingChange[]>()
  const [next, setNext] = useState<string>()
  const [error, setError] = useState<ApiError>()
  const load = async (after?: string, signal?: AbortSignal) => {
    setError(undefined)
    try {
      const query = { key, limit: PAGE, ...(after === undefined ? {} : { after }) }
      const page = await call('listChanges', { query }, { signal })
      setItems((now = []) => (after === undefined ? page.items : [...now, ...page.items]))
      setNext(page.next)
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toApiError(thrown))
    }
  }
  useEffect(() => {
    const controller = new AbortController()
    void load(undefined, controller.signal)
    return () => controller.abort()
  }, [])
  const unset = presetText(defaultPreset(collection))
  return (
    <Dialog side title={collection === undefined ? t.storageHistory : t.historyOf(collection)} onClose={onClose}>
      <Stack>
        {items === undefined && error === undefined && <Spinner block />}
        {items?.length === 0 && <p class="muted">{t.historyEmpty}</p>}
        {items !== undefined && items.length > 0 && <p class="muted small">{t.undoHint}</p>}
        <ul class="changes">
          {items?.map(({ id, at, by, before, after }) => (
            <li key={id} class="change">
              <div class="change-head">
                <div>
                  <Time at={at} />
                  <p class="muted small wrap">
                    {who(by)}
                    {after === null && <> · {t.toDefault}</>}
                  </p>
                </div>
                <Button size="small" icon={Undo2} onClick={() => onUndo(before ?? unset)}>
                  {t.undo}
                </Button>
              </div>
              <DiffView label={t.changes} before={before ?? unset} after={after ?? unset} />
            </li>
          ))}
        </ul>
        {error !== undefined && <ErrorNotice error={error} onRetry={() => void load(next)} />}
        {next !== undefined && <Button onClick={() => void load(next)}>{t.historyMore}</Button>}
      </Stack>
    </Dialog>
  )
}

function who(by: string): string {
  if (by === 'file') return t.byFile
  return by === 'operator' ? t.byOperator : t.byKey(by)
}
