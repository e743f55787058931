import type { Setting, SettingChange } from '@cloudstead/admin-api'
import { History, Undo2 } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { setQuery } from '../../app/navigation.ts'
import { say } from '../../i18n/language.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { t } from './text.ts'
import { UndoDialog } from './undo-dialog.tsx'
import type { LoadedSettings } from './use-settings.ts'

const PAGE = 50

export interface HistoryViewProps {
  readonly loaded: LoadedSettings
  readonly values: readonly Setting[]
  /** Only changes of this setting. */
  readonly only: string | undefined
}

/** What was changed, by whom, and the way back. */
export function HistoryView({ loaded, values, only }: HistoryViewProps) {
  const [items, setItems] = useState<readonly SettingChange[]>()
  const [next, setNext] = useState<string>()
  const [error, setError] = useState<ApiError>()
  const [undoing, setUndoing] = useState<SettingChange>()
  const load = async (after?: string, signal?: AbortSignal) => {
    setError(undefined)
    try {
      const query = { key: only, limit: PAGE, after }
      const page = await call('listChanges', { query: defined(query) }, { signal })
      setItems((now = []) => (after === undefined ? page.items : [...now, ...page.items]))
      setNext(page.next)
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toApiError(thrown))
    }
  }
  const version = loaded.settings?.version
  useEffect(() => {
    const controller = new AbortController()
    void load(undefined, controller.signal)
    return () => controller.abort()
  }, [only, version])
  const settingOf = (key: string) => values.find((value) => value.key === key)
  const nameOf = (key: string) => {
    const setting = settingOf(key)
    return setting === undefined ? key : say(setting.title)
  }
  return (
    <Card
      title={t.historyTitle}
      description={t.historyText}
      actions={
        <Select
          label={t.historyOf}
          hideLabel
          value={only ?? ''}
          options={[
            { value: '', label: t.all },
            ...values.map(({ key, title }) => ({ value: key, label: say(title) })),
          ]}
          onChange={(key) => setQuery({ key })}
        />
      }
      flush
    >
      {items === undefined && error === undefined && <Spinner block />}
      {items?.length === 0 && (
        <EmptyState icon={History} title={t.historyEmpty}>
          {t.historyEmptyText}
        </EmptyState>
      )}
      {items !== undefined && items.length > 0 && (
        <ol class="setting-list">
          {items.map((change) => (
            <li key={change.id} class="setting setting-change">
              <div class="setting-words">
                <h3>{nameOf(change.key)}</h3>
                <code class="muted small wrap">{change.key}</code>
                <Row wrap class="small muted">
                  <Time at={change.at} />
                  {change.by === 'file' ? <Badge>{t.byFile}</Badge> : <span class="wrap">{who(change.by)}</span>}
                </Row>
              </div>
              <Row align="start" justify="between" class="setting-move">
                <dl class="setting-values">
                  <Shown label={t.before} text={change.before} />
                  <Shown label={t.after} text={change.after} />
                </dl>
                {mayUndo(change, settingOf(change.key)) && (
                  <Button
                    size="small"
                    icon={Undo2}
                    aria-label={t.undoOf(nameOf(change.key))}
                    onClick={() => setUndoing(change)}
                  >
                    {t.undo}
                  </Button>
                )}
              </Row>
            </li>
          ))}
        </ol>
      )}
      {(error !== undefined || next !== undefined) && (
        <Stack class="setting-more">
          {error !== undefined && <ErrorNotice error={error} onRetry={() => void load(next)} />}
          {next !== undefined && <Button onClick={() => void load(next)}>{t.older}</Button>}
        </Stack>
      )}
      {undoing !== undefined && (
        <UndoDialog
          change={undoing}
          setting={settingOf(undoing.key)}
          name={nameOf(undoing.key)}
          loaded={loaded}
          onClose={() => setUndoing(undefined)}
        />
      )}
    </Card>
  )
}

function Shown({ label, text }: { readonly label: string; readonly text: string | null }) {
  return (
    <div>
      <dt class="muted small">{label}</dt>
      <dd>{text === null ? <span class="muted small">{t.unset}</span> : <pre class="setting-text">{text}</pre>}</dd>
    </div>
  )
}

function who(by: string): string {
  return by === 'operator' ? t.byOperator : t.byKey(by)
}

/** What the file did is undone in the file; a secret is not known any more; what the file sets is not set here. */
function mayUndo({ by, before }: SettingChange, setting: Setting | undefined): boolean {
  if (by === 'file' || setting?.secret === true) return false
  return before === null ? setting !== undefined : setting?.locked !== true
}

/** Without the members that are undefined. */
function defined<T extends object>(members: T): { readonly [K in keyof T]?: NonNullable<T[K]> } {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as { [K in keyof T]?: NonNullable<T[K]> }
}
