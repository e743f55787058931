import type { Denial, Rules } from '@cloudstead/admin-api'
import { ShieldCheck } from 'lucide'
import { useState } from 'preact/hooks'
import { navigate } from '../../app/navigation.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Decision } from '../permissions/decision.tsx'
import { handOver } from '../permissions/handed-over.ts'
import { RulesEditor } from '../permissions/rules-editor.tsx'
import { useCheck } from '../permissions/use-check.ts'
import { useFields } from '../permissions/use-collections.ts'
import { useRules } from '../permissions/use-rules.ts'
import { t } from './text.ts'
import { useReplay } from './use-replay.ts'

export interface TryDialogProps {
  readonly denial: Denial
  readonly onClose: () => void
}

/** The rules that hold, to be edited, and what the denied request would get under them. */
export function TryDialog({ denial, onClose }: TryDialogProps) {
  const { rules, error, reload } = useRules(denial.collection)
  if (rules !== undefined) return <Trying denial={denial} rules={rules} onClose={onClose} />
  return (
    <Dialog title={t.tryTitle} size="large" onClose={onClose}>
      {error === undefined ? <Spinner block /> : <ErrorNotice error={error} onRetry={reload} />}
    </Dialog>
  )
}

function Trying({ denial, rules, onClose }: TryDialogProps & { readonly rules: Rules }) {
  const { collection } = denial
  const [text, setText] = useState(rules.text)
  const fields = useFields(collection)
  const check = useCheck(text, collection)
  const valid = check.text === text ? check.valid : undefined
  const { decision, error, stale } = useReplay(denial, valid ? text : undefined)
  const close = async () => {
    const leave = { title: t.discardTitle, children: t.discardText, confirmLabel: t.discard, cancelLabel: t.stay }
    if (text === rules.text || (await confirm({ ...leave, danger: true }))) onClose()
  }
  const goOn = () => {
    handOver({ collection, text })
    void navigate({ to: 'permissions', query: { collection } })
  }
  return (
    <Dialog
      title={t.tryTitle}
      size="large"
      onClose={() => void close()}
      actions={
        <>
          <Button onClick={() => void close()}>{t.close}</Button>
          <Button kind="primary" icon={ShieldCheck} onClick={goOn}>
            {t.goOn}
          </Button>
        </>
      }
    >
      <Stack>
        <p class="muted">{t.tryText}</p>
        <div class="trying">
          <RulesEditor
            text={text}
            onChange={setText}
            check={check}
            scope={{ kind: collection === undefined ? 'storage' : 'database', fields, collections: [] }}
            maxHeight={320}
          />
          <section aria-label={t.outcome} class="trying-outcome">
            {valid === false ? (
              <p class="muted small">{t.needRules}</p>
            ) : error !== undefined ? (
              <ErrorNotice error={error} />
            ) : decision === undefined ? (
              <p class="muted small">{t.asking}</p>
            ) : (
              <Stack gap={3}>
                {text !== rules.text && !stale && <h3>{decision.allowed ? t.now : t.still}</h3>}
                <Decision decision={decision} stale={stale} />
              </Stack>
            )}
          </section>
        </div>
        {text !== rules.text && (
          <>
            <h3>{t.changes}</h3>
            <DiffView label={t.changes} before={rules.text} after={text} />
          </>
        )}
      </Stack>
    </Dialog>
  )
}
