import type { Rules } from '@cloudstead/admin-api'
import { Save } from 'lucide'
import { useState } from 'preact/hooks'
import { call, toApiError } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { targetOf } from '../../data/rules-target.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Stack } from '../../ui/stack.tsx'
import { ProblemList } from './problem-list.tsx'
import { t } from './text.ts'
import type { Check } from './use-check.ts'

interface ReviewDialogProps {
  /** The rules in force when the user started to edit. */
  readonly rules: Rules
  readonly text: string
  readonly check: Check
  readonly onSaved: (rules: Rules) => void
  /** Somebody else saved meanwhile; the edited text is kept. */
  readonly onTheirs: (rules: Rules) => void
  /** Somebody else saved meanwhile; their text replaces the edited one. */
  readonly onTakeTheirs: (rules: Rules) => void
  readonly onClose: () => void
}

/** Shows the changes and the findings before the rules are saved, and resolves a conflict with somebody else's changes. */
export function ReviewDialog(props: ReviewDialogProps) {
  const { rules, text, check, onSaved, onTheirs, onTakeTheirs, onClose } = props
  const [theirs, setTheirs] = useState<Rules>()
  const { busy, error, attempt } = useAttempt()
  // Before the check has finished, saving is allowed: the server checks too.
  const invalid = check.text === text && check.error === undefined && !check.valid
  const target = targetOf(rules)
  const isPublic = check.findings.some(({ code }) => code === 'everyone-reads')
  const save = () => {
    if (invalid) return
    void attempt(async () => {
      try {
        onSaved(await call('saveRules', { body: { ...target, text, version: (theirs ?? rules).version } }))
      } catch (thrown) {
        if (toApiError(thrown).code !== 'CONSOLE_CONFLICT') throw thrown
        setTheirs(await call('getRules', { query: target }))
      }
    })
  }
  return (
    <Dialog
      title={theirs === undefined ? t.reviewTitle : t.conflictTitle}
      size="large"
      onClose={() => (theirs === undefined ? onClose() : onTheirs(theirs))}
      onSubmit={save}
      actions={
        theirs === undefined ? (
          <>
            <Button onClick={onClose}>{t.cancel}</Button>
            <Button kind="primary" type="submit" icon={Save} busy={busy} disabled={invalid} autofocus>
              {t.save}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => onTakeTheirs(theirs)}>{t.takeTheirs}</Button>
            <Button onClick={() => onTheirs(theirs)} autofocus>
              {t.goOn}
            </Button>
            <Button kind="primary" type="submit" icon={Save} busy={busy} disabled={invalid}>
              {t.saveMine}
            </Button>
          </>
        )
      }
    >
      <Stack>
        {theirs === undefined ? (
          <>
            <p class="muted">{t.reviewText}</p>
            <DiffView label={t.changes} before={rules.text} after={text} />
          </>
        ) : (
          <>
            <Banner kind="warning" live>
              {t.conflictText}
            </Banner>
            <h3>{t.theirs}</h3>
            <DiffView label={t.theirs} before={rules.text} after={theirs.text} />
            <h3>{t.mine}</h3>
            <DiffView label={t.mine} before={theirs.text} after={text} />
          </>
        )}
        {isPublic && (
          <Banner kind="warning" title={t.publicTitle}>
            {t.publicText}
          </Banner>
        )}
        <ProblemList text={text} check={check} />
        {error !== undefined && <ErrorNotice error={error} />}
      </Stack>
    </Dialog>
  )
}
