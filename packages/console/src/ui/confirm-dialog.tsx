import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { type ApiError, isAbort, toApiError } from '../api/errors.ts'
import { texts } from '../i18n/texts.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorNotice } from './error-notice.tsx'
import { Stack } from './stack.tsx'
import { TextInput } from './text-input.tsx'

const t = texts({
  en: { cancel: 'Cancel', ok: 'OK', type: (name: string) => `Type ${name} to confirm` },
  zh: { cancel: '取消', ok: '确定', type: (name) => `请输入 ${name} 以确认` },
})

export interface ConfirmOptions {
  readonly title: string
  /** What will happen, and whether it can be undone. */
  readonly children?: ComponentChildren
  /** A verb: "Delete 3 files". */
  readonly confirmLabel?: string | undefined
  readonly cancelLabel?: string | undefined
  readonly danger?: boolean | undefined
  /** What has to be typed first, for what cannot be undone and is large. */
  readonly typeToConfirm?: string | undefined
}

export interface ConfirmDialogProps extends ConfirmOptions {
  /** What was confirmed. While its promise is pending the button is busy; an error is shown and the dialog stays. */
  readonly onConfirm: () => void | Promise<void>
  readonly onClose: () => void
}

/** Asks before something is done. Close it in `onConfirm` when that has worked. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const {
    title,
    children,
    confirmLabel = t.ok,
    cancelLabel = t.cancel,
    danger,
    typeToConfirm,
    onConfirm,
    onClose,
  } = props
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const ready = typeToConfirm === undefined || typed === typeToConfirm
  const go = async () => {
    if (!ready || busy) return
    setBusy(true)
    setError(undefined)
    try {
      await onConfirm()
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toApiError(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={title}
      size="small"
      role="alertdialog"
      onClose={onClose}
      onSubmit={() => void go()}
      actions={
        <>
          <Button onClick={onClose} autofocus={danger === true && typeToConfirm === undefined}>
            {cancelLabel}
          </Button>
          <Button
            type="submit"
            kind={danger ? 'danger' : 'primary'}
            busy={busy}
            disabled={!ready}
            autofocus={danger !== true && typeToConfirm === undefined}
          >
            {confirmLabel}
          </Button>
        </>
      }
    >
      <Stack>
        {children !== undefined && <div class="wrap">{children}</div>}
        {typeToConfirm !== undefined && (
          <TextInput label={t.type(typeToConfirm)} value={typed} onChange={setTyped} autofocus mono />
        )}
        {error !== undefined && <ErrorNotice error={error} />}
      </Stack>
    </Dialog>
  )
}

const asked = signal<(ConfirmOptions & { readonly answer: (confirmed: boolean) => void }) | undefined>(undefined)

/**
 * Asks, and resolves to the answer.
 *
 * @example if (await confirm({ title: t.discard, danger: true })) close()
 */
export function confirm(options: ConfirmOptions): Promise<boolean> {
  asked.peek()?.answer(false)
  return new Promise((resolve) => {
    asked.value = {
      ...options,
      answer: (confirmed) => {
        asked.value = undefined
        resolve(confirmed)
      },
    }
  })
}

/** Where `confirm` shows its questions; the app has one. */
export function ConfirmHost() {
  if (asked.value === undefined) return null
  const { answer, ...options } = asked.value
  return <ConfirmDialog {...options} onConfirm={() => answer(true)} onClose={() => answer(false)} />
}
