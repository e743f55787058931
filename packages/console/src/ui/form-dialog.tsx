import type { IconNode } from 'lucide'
import { texts } from '../i18n/texts.ts'
import { Button } from './button.tsx'
import { Dialog, type DialogProps } from './dialog.tsx'
import { ErrorNotice, type ErrorNoticeProps } from './error-notice.tsx'
import { Stack } from './stack.tsx'

const t = texts({ en: { cancel: 'Cancel' }, zh: { cancel: '取消' } })

interface FormDialogProps extends Pick<DialogProps, 'title' | 'size' | 'onClose' | 'children'> {
  readonly submitLabel: string
  readonly icon?: IconNode | undefined
  readonly busy?: boolean | undefined
  readonly disabled?: boolean | undefined
  /** Why the last submit failed; shown below the fields. */
  readonly error?: ErrorNoticeProps['error'] | undefined
  readonly onSubmit: () => void
}

/** A dialog with fields, a button that cancels and a button that submits. `small` by default. */
export function FormDialog(props: FormDialogProps) {
  const { title, size = 'small', submitLabel, icon, busy, disabled, error, children, onSubmit, onClose } = props
  return (
    <Dialog
      title={title}
      size={size}
      onClose={onClose}
      onSubmit={onSubmit}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" kind="primary" icon={icon} busy={busy} disabled={disabled}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <Stack>
        {children}
        {error !== undefined && <ErrorNotice error={error} />}
      </Stack>
    </Dialog>
  )
}
