import { Undo2 } from 'lucide'
import { defaultRules } from '../../data/presets.ts'
import { aclKey, kindOf, type RulesTarget } from '../../data/rules-target.ts'
import { authorOf, useChanges } from '../../data/use-changes.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { nameOfTarget, t } from './text.ts'

interface HistoryDrawerProps {
  readonly target: RulesTarget
  readonly onUndo: (text: string) => void
  readonly onClose: () => void
}

const PAGE_SIZE = 20

/** Every change of the rules, newest first. Undoing one puts the rules from before it into the editor. */
export function HistoryDrawer({ target, onUndo, onClose }: HistoryDrawerProps) {
  const { rows, loading, error, hasMore, loadMore, retry } = useChanges(aclKey(target), PAGE_SIZE)
  const unset = defaultRules(kindOf(target))
  return (
    <Dialog side title={t.historyOf(nameOfTarget(target))} onClose={onClose}>
      <Stack>
        {rows.length > 0 ? (
          <p class="muted small">{t.undoHint}</p>
        ) : loading ? (
          <Spinner block />
        ) : (
          error === undefined && <p class="muted">{t.historyEmpty}</p>
        )}
        <ul class="changes">
          {rows.map((change) => {
            const { id, at, before, after } = change
            return (
              <li key={id} class="change">
                <div class="change-head">
                  <div>
                    <Time at={at} />
                    <p class="muted small wrap">
                      {authorOf(change)}
                      {after === null && <> · {t.toDefault}</>}
                    </p>
                  </div>
                  <Button size="small" icon={Undo2} onClick={() => onUndo(before ?? unset)}>
                    {t.undo}
                  </Button>
                </div>
                <DiffView label={t.changes} before={before ?? unset} after={after ?? unset} />
              </li>
            )
          })}
        </ul>
        {error !== undefined ? (
          <ErrorNotice error={error} onRetry={retry} />
        ) : (
          hasMore && <Button onClick={loadMore}>{t.historyMore}</Button>
        )}
      </Stack>
    </Dialog>
  )
}
