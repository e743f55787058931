import { useEffect } from 'preact/hooks'
import { texts } from '../i18n/texts.ts'
import { confirm } from '../ui/confirm-dialog.tsx'
import { guard } from './navigation.ts'

const t = texts({
  en: { title: 'Leave without saving?', text: 'What you changed here would be lost.', leave: 'Leave', stay: 'Stay' },
  zh: { title: '不保存就离开吗？', text: '您在此处的修改将会丢失。', leave: '离开', stay: '留下' },
})

/** While `dirty`, asks before the reader leaves this page, by a link, by the back button or by closing the tab. */
export function useUnsaved(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return
    return guard(() =>
      confirm({ title: t.title, children: t.text, confirmLabel: t.leave, cancelLabel: t.stay, danger: true }),
    )
  }, [dirty])
}
