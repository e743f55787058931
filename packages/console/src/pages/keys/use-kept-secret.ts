import { useEffect } from 'preact/hooks'
import { guard } from '../../app/navigation.ts'
import { confirm } from '../../ui/confirm-dialog.tsx'
import { t } from './text.ts'

/**
 * While a key is shown that was not saved, asks before it is lost: by closing its dialog, by the back button or with
 * the tab. The answer says whether the dialog may close.
 */
export function useKeptSecret(unsaved: boolean): () => Promise<boolean> {
  const ask = () =>
    confirm({
      title: t.unsavedTitle,
      children: t.unsavedText,
      confirmLabel: t.unsavedClose,
      cancelLabel: t.unsavedStay,
      danger: true,
    })
  useEffect(() => (unsaved ? guard(ask) : undefined), [unsaved])
  return () => (unsaved ? ask() : Promise.resolve(true))
}
