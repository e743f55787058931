import type { Rules } from '@cloudstead/admin-api'
import { Save } from 'lucide'
import { useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Stack } from '../../ui/stack.tsx'
import { ProblemList } from './problem-list.tsx'
import { t } from './text.ts'
import type { Check } from './use-check.ts'
import { targetOf } from './use-rules.ts'

export interface ReviewDialogProps {
  /** What holds, as it was when the writing began. */
  readonly rules: Rules
  readonly text: string
  readonly check: Check
  readonly onSaved: (rules: Rules) => void
  /** Somebody else's rules hold now; the text that is written stays. */
  readonly onTheirs: (rules: Rules) => void
  /** The same, and the text is to be theirs too. */
  readonly onTakeTheirs: (rules: Rules) => void
  readonly onClose: () => void
}

/** What would change and what there is to say about it, before it is saved; and what to do when somebody was faster. */
export function ReviewDialog(props: ReviewDialogProps) {
  const { rules, text, check, onSaved, onTheirs, onTakeTheirs, onClose } = props
  const [theirs, setTheirs] = useState<Rules>()
  const [error, setError] = useState<ApiError>()
  const [busy, setBusy] = useState(false)
  // While that is not known yet it may be saved: the server looks too.
  const invalid = check.text === text && check.error === undefined && !check.valid
  const target = targetOf(rules.collection)
  const isPublic = check.findings.some(({ code }) => code === 'everyone-reads')
  const save = async () => {
    if (invalid || busy) return
    setBusy(true)
    setError(undefined)
    try {
      onSaved(await call('saveRules', { body: { ...target, text, version: (theirs ?? rules).version } }))
    } catch (thrown) {
      if (!isAbort(thrown)) await explain(toApiError(thrown))
    }
    setBusy(false)
  }
  const explain = async (problem: ApiError) => {
    if (problem.code !== 'CONSOLE_CONFLICT') return setError(problem)
    try {
      setTheirs(await call('getRules', { query: target }))
    } catch (thrown) {
      setError(toApiError(thrown))
    }
  }
  return (
    <Dialog
      title={theirs === undefined ? t.reviewTitle : t.conflictTitle}
      size="large"
      onClose={() => (theirs === undefined ? onClose() : onTheirs(theirs))}
      onSubmit={() => void save()}
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
