import { useEffect } from 'preact/hooks'
import { texts } from '../i18n/texts.ts'
import { type ConfirmOptions, confirm } from '../ui/confirm-dialog.tsx'
import { guard } from './navigation.ts'

const t = texts({
  en: {
    title: 'Leave without saving?',
    text: 'What you changed here would be lost.',
    leave: 'Leave',
    stay: 'Stay',
  },
  zh: { title: '不保存就离开吗？', text: '您在此处的修改将会丢失。', leave: '离开', stay: '留下' },
})

/**
 * While `dirty`, asks before the user leaves the page by a link, the back button or closing the tab.
 *
 * @param question asked instead of the usual one
 * @returns asks the same question before something else that loses the edits; resolves to whether to go on
 */
export function useUnsaved(dirty: boolean, question?: () => ConfirmOptions): () => Promise<boolean> {
  const ask = () =>
    confirm({
      ...(question?.() ?? { title: t.title, children: t.text, confirmLabel: t.leave, cancelLabel: t.stay }),
      danger: true,
    })
  useEffect(() => (dirty ? guard(ask) : undefined), [dirty])
  return () => (dirty ? ask() : Promise.resolve(true))
}
