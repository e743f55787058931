import type { Session } from '@cloudstead/admin-api'
import { CircleUser, KeyRound, LogOut } from 'lucide'
import { useState } from 'preact/hooks'
import { toApiError } from '../api/errors.ts'
import { say } from '../i18n/language.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Menu } from '../ui/menu.tsx'
import { toast } from '../ui/toast.tsx'
import { languageItems, themeItems } from './appearance.ts'
import { mayLeave } from './navigation.ts'
import { PasswordDialog } from './password-dialog.tsx'
import { endSession } from './session.ts'
import { t } from './text.ts'

async function signOut(): Promise<void> {
  if (!(await mayLeave())) return
  try {
    await endSession(false)
  } catch (error) {
    toast(say(toApiError(error).text), 'danger')
  }
}

/** The menu for language, appearance, password and signing out. */
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
          ...languageItems(),
          '-',
          t.theme,
          ...themeItems(),
          '-',
          // The server accepts no password from an API key.
          ...(session.operator?.by === 'key'
            ? []
            : [
                {
                  label: session.passwordSet ? t.changePassword : t.setPassword,
                  icon: KeyRound,
                  onSelect: () => setOpen('password'),
                },
              ]),
          {
            label: t.signOut,
            icon: LogOut,
            onSelect: () => void signOut(),
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
