import type { Session } from '@cloudstead/admin-api'
import { CircleUser, KeyRound, LogOut } from 'lucide'
import { useState } from 'preact/hooks'
import { toApiError } from '../api/errors.ts'
import { language, say, setLanguage } from '../i18n/language.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Menu } from '../ui/menu.tsx'
import { toast } from '../ui/toast.tsx'
import { PasswordDialog } from './password-dialog.tsx'
import { endSession } from './session.ts'
import { t } from './text.ts'
import { setTheme, type Theme, theme } from './theme.ts'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']

/** Language, appearance, password, and the ways out. */
export function AccountMenu({ session }: { readonly session: Session }) {
  const [open, setOpen] = useState<'password' | 'everywhere'>()
  const close = () => setOpen(undefined)
  return (
    <>
      <Menu
        label={t.account}
        icon={CircleUser}
        items={[
          t.language,
          { label: 'English', checked: language() === 'en', onSelect: () => setLanguage('en') },
          { label: '简体中文', checked: language() === 'zh', onSelect: () => setLanguage('zh') },
          '-',
          t.theme,
          ...THEMES.map((name) => ({ label: t[name], checked: theme() === name, onSelect: () => setTheme(name) })),
          '-',
          {
            label: session.passwordSet ? t.changePassword : t.setPassword,
            icon: KeyRound,
            onSelect: () => setOpen('password'),
          },
          {
            label: t.signOut,
            icon: LogOut,
            onSelect: () => {
              endSession(false).catch((error) => toast(say(toApiError(error).text), 'danger'))
            },
          },
          { label: t.signOutEverywhere, icon: LogOut, onSelect: () => setOpen('everywhere') },
        ]}
      />
      {open === 'password' && <PasswordDialog session={session} onClose={close} />}
      {open === 'everywhere' && (
        <ConfirmDialog
          title={t.everywhereTitle}
          confirmLabel={t.signOutEverywhere}
          danger
          onConfirm={() => endSession(true)}
          onClose={close}
        >
          {t.everywhereText}
        </ConfirmDialog>
      )}
    </>
  )
}
