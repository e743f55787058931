import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { useAttempt } from '../app/use-attempt.ts'
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
  /** A verb, such as "Delete 3 files". */
  readonly confirmLabel?: string | undefined
  readonly cancelLabel?: string | undefined
  readonly danger?: boolean | undefined
  /** A text to type first, for large changes that cannot be undone. */
  readonly typeToConfirm?: string | undefined
}

interface ConfirmDialogProps extends ConfirmOptions {
  /** Called on confirmation. The button is busy while the promise is pending; on an error the dialog stays and shows it. */
  readonly onConfirm: () => void | Promise<void>
  readonly onClose: () => void
}

/** Asks before something is done. Close it in `onConfirm` after success. */
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
  const { busy, error, attempt } = useAttempt()
  const ready = typeToConfirm === undefined || typed === typeToConfirm
  return (
    <Dialog
      title={title}
      size="small"
      role="alertdialog"
      onClose={onClose}
      onSubmit={() => ready && void attempt(onConfirm)}
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

const pending = signal<(ConfirmOptions & { readonly answer: (confirmed: boolean) => void }) | undefined>(undefined)

/**
 * Asks a question, and resolves to the answer.
 *
 * @example if (await confirm({ title: t.discard, danger: true })) close()
 */
export function confirm(options: ConfirmOptions): Promise<boolean> {
  pending.peek()?.answer(false)
  return new Promise((resolve) => {
    pending.value = {
      ...options,
      answer: (confirmed) => {
        pending.value = undefined
        resolve(confirmed)
      },
    }
  })
}

/** Shows the questions of `confirm`. The app has one. */
export function ConfirmHost() {
  if (pending.value === undefined) return null
  const { answer, ...options } = pending.value
  return <ConfirmDialog {...options} onConfirm={() => answer(true)} onClose={() => answer(false)} />
}
