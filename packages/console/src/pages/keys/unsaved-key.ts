import type { ConfirmOptions } from '../../ui/confirm-dialog.tsx'
import { t } from './text.ts'

/** The question before a new key is lost that was not saved. */
export function unsavedKey(): ConfirmOptions {
  return {
    title: t.unsavedTitle,
    children: t.unsavedText,
    confirmLabel: t.unsavedClose,
    cancelLabel: t.unsavedStay,
  }
}
