import type { Setting, SettingChange } from '@cloudstead/admin-api'
import { History, Undo2 } from 'lucide'
import { useState } from 'preact/hooks'
import { setQuery } from '../../app/navigation.ts'
import { authorOf, useChanges } from '../../data/use-changes.ts'
import type { LoadedSettings } from '../../data/use-settings.ts'
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

const PAGE_SIZE = 50

interface HistoryViewProps {
  readonly settings: LoadedSettings
  readonly values: readonly Setting[]
  /** Show only the changes of this setting. */
  readonly only: string | undefined
}

/** The changes of the settings with their authors, and a button that undoes each of them. */
export function HistoryView({ settings, values, only }: HistoryViewProps) {
  const [undoing, setUndoing] = useState<SettingChange>()
  const { rows, loading, error, hasMore, loadMore, retry } = useChanges(only, PAGE_SIZE, settings.value?.version)
  const nameOf = (key: string) => {
    const setting = settings.setting(key)
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
      {rows.length > 0 ? (
        <ol class="setting-list">
          {rows.map((change) => (
            <li key={change.id} class="setting setting-change">
              <div class="setting-words">
                <h3>{nameOf(change.key)}</h3>
                <code class="muted small wrap">{change.key}</code>
                <Row wrap class="small muted">
                  <Time at={change.at} />
                  {change.by === 'file' ? (
                    <Badge>{authorOf(change)}</Badge>
                  ) : (
                    <span class="wrap">{authorOf(change)}</span>
                  )}
                </Row>
              </div>
              <Row align="start" justify="between" class="setting-move">
                <dl class="setting-values">
                  <ChangedValue label={t.before} text={change.before} />
                  <ChangedValue label={t.after} text={change.after} />
                </dl>
                {canUndo(change, settings.setting(change.key)) && (
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
      ) : loading ? (
        <Spinner block />
      ) : (
        error === undefined && (
          <EmptyState icon={History} title={t.historyEmpty}>
            {t.historyEmptyText}
          </EmptyState>
        )
      )}
      {(error !== undefined || hasMore) && (
        <Stack class="setting-more">
          {error !== undefined ? (
            <ErrorNotice error={error} onRetry={retry} />
          ) : (
            <Button onClick={loadMore}>{t.older}</Button>
          )}
        </Stack>
      )}
      {undoing !== undefined && (
        <UndoDialog
          change={undoing}
          name={nameOf(undoing.key)}
          settings={settings}
          onClose={() => setUndoing(undefined)}
        />
      )}
    </Card>
  )
}

function ChangedValue({ label, text }: { readonly label: string; readonly text: string | null }) {
  return (
    <div>
      <dt class="muted small">{label}</dt>
      <dd>{text === null ? <span class="muted small">{t.unset}</span> : <pre class="setting-text">{text}</pre>}</dd>
    </div>
  )
}

/** Changes in the file are undone in the file. Secrets are not stored in the history. Locked settings cannot be saved. */
function canUndo({ by, before }: SettingChange, setting: Setting | undefined): boolean {
  if (by === 'file' || setting?.secret === true) return false
  return before === null ? setting !== undefined : setting?.locked !== true
}
