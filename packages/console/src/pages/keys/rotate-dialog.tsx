import type { Key } from '@cloudstead/admin-api'
import { Check } from 'lucide'
import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { useUnsaved } from '../../app/use-unsaved.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { classes } from '../../ui/classes.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { Stack } from '../../ui/stack.tsx'
import { toast } from '../../ui/toast.tsx'
import { KeySecret } from './key-secret.tsx'
import { madeBy } from './made-by.ts'
import { createKey, type NewKey } from './new-key.ts'
import { WhatStops } from './revoke-dialog.tsx'
import { t } from './text.ts'
import { unsavedKey } from './unsaved-key.ts'

interface RotateDialogProps {
  readonly old: Key
  /** All keys, to find those that the old one created. */
  readonly all: readonly Key[]
  /** Called when keys were created or revoked. */
  readonly onChange: () => void
  readonly onClose: () => void
}

/** Replaces a key without a gap: creates the new one first, then revokes the old one. Leaving in between keeps both. */
export function RotateDialog({ old, all, onChange, onClose }: RotateDialogProps) {
  const [created, setCreated] = useState<NewKey>()
  const [step, setStep] = useState<1 | 2 | 3>(1)
  const [saved, setSaved] = useState(false)
  const [unused, setUnused] = useState(false)
  const { busy, error, attempt } = useAttempt()
  const made = madeBy(all, old.id, created?.id)
  const mayClose = useUnsaved(created !== undefined && !saved, unsavedKey)
  const close = async () => {
    if (await mayClose()) onClose()
  }
  const begin = () =>
    attempt(async () => {
      setCreated(await createKey(old.kind, old.scopes))
      setStep(2)
      onChange()
    })
  const next = async () => {
    if (await mayClose()) setStep(3)
  }
  const revoke = () =>
    attempt(async () => {
      // Who is signed in with the old key has created the new one with it.
      await call('revokeKey', { params: { id: old.id }, query: created === undefined ? {} : { keep: created.id } })
      toast(t.rotateDone)
      onChange()
      onClose()
    })
  return (
    <Dialog
      title={old.kind === 'login' ? t.rotateLoginTitle : t.rotateApiTitle}
      onClose={() => void close()}
      actions={
        step === 1 ? (
          <Button key="begin" kind="primary" busy={busy} onClick={() => void begin()} autofocus>
            {t.rotateBegin}
          </Button>
        ) : step === 2 ? (
          <Button key="next" kind={saved ? 'primary' : 'plain'} onClick={() => void next()}>
            {t.rotateNext}
          </Button>
        ) : (
          <>
            <Button key="later" onClick={() => void close()}>
              {t.rotateLater}
            </Button>
            <Button key="revoke" kind="danger" busy={busy} disabled={!unused} onClick={() => void revoke()}>
              {t.revokeDo(1 + made.length)}
            </Button>
          </>
        )
      }
    >
      <Stack>
        <Steps at={step} />
        {error !== undefined && <ErrorNotice error={error} />}
        {step === 1 && <p>{t.rotateIntro}</p>}
        {step === 2 && created !== undefined && <KeySecret created={created} onSaved={() => setSaved(true)} />}
        {step === 3 && created !== undefined && (
          <>
            <p>{t.rotateUse}</p>
            <KeyValue
              items={[
                { label: t.rotateNew, value: <span class="mono">{created.id}</span> },
                { label: t.rotateOld, value: <span class="mono">{old.id}</span> },
              ]}
            />
            <WhatStops revoking={old} made={made} />
            <Checkbox label={t.rotateReady} checked={unused} onChange={setUnused} />
          </>
        )}
      </Stack>
    </Dialog>
  )
}

function Steps({ at }: { readonly at: number }) {
  return (
    <ol class="key-steps" aria-label={t.rotateSteps}>
      {[t.step1, t.step2, t.step3].map((label, index) => {
        const number = index + 1
        return (
          <li
            key={label}
            class={classes(number === at && 'is-now', number < at && 'is-done')}
            aria-current={number === at ? 'step' : undefined}
          >
            <span class="key-step-mark">{number < at ? <Icon icon={Check} size={12} /> : number}</span>
            {label}
          </li>
        )
      })}
    </ol>
  )
}
