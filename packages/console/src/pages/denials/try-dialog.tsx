import type { Denial, Rules } from '@cloudstead/admin-api'
import { ShieldCheck } from 'lucide'
import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { navigate } from '../../app/navigation.ts'
import { kindOf, queryOfTarget, targetOf } from '../../data/rules-target.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Decision } from '../permissions/decision.tsx'
import { setPendingEdit } from '../permissions/pending-edit.ts'
import { RulesEditor } from '../permissions/rules-editor.tsx'
import { useCheck } from '../permissions/use-check.ts'
import { useDecision } from '../permissions/use-decision.ts'
import { useFieldNames } from '../permissions/use-field-names.ts'
import { useRules } from '../permissions/use-rules.ts'
import { t } from './text.ts'

interface TryDialogProps {
  readonly denial: Denial
  readonly onClose: () => void
}

/** Edits a copy of the rules in force, and shows how the denied request would be decided by it. */
export function TryDialog({ denial, onClose }: TryDialogProps) {
  const loaded = useRules(targetOf(denial))
  if (loaded.value !== undefined) return <Trying denial={denial} rules={loaded.value} onClose={onClose} />
  return (
    <Dialog title={t.tryTitle} size="large" onClose={onClose}>
      <LoadedView loaded={loaded}>{() => null}</LoadedView>
    </Dialog>
  )
}

function Trying({ denial, rules, onClose }: TryDialogProps & { readonly rules: Rules }) {
  const { case: ruleCase } = denial
  const target = targetOf(denial)
  const [text, setText] = useState(rules.text)
  const fields = useFieldNames(target.collection)
  const check = useCheck(text, target)
  const valid = check.text === text ? check.valid : undefined
  const body = valid && ruleCase !== undefined ? { ...target, text, case: ruleCase } : undefined
  const { decision, error, stale } = useDecision(body, (signal, replay) =>
    call('replayCase', { body: replay }, { signal }),
  )
  const close = async () => {
    const leave = { title: t.discardTitle, children: t.discardText, confirmLabel: t.discard, cancelLabel: t.stay }
    if (text === rules.text || (await confirm({ ...leave, danger: true }))) onClose()
  }
  const goOn = () => {
    setPendingEdit({ target, text })
    void navigate({ to: 'permissions', query: queryOfTarget(target) })
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
            scope={{ kind: kindOf(target), fields, collections: [], functions: [] }}
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
