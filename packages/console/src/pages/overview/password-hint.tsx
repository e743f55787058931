import { useState } from 'preact/hooks'
import { remember, remembered } from '../../app/local-storage.ts'
import { PasswordDialog } from '../../app/password-dialog.tsx'
import { session } from '../../app/session.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { t } from './text.ts'

/** Suggests a password to readers who signed in by a link, until one is set or the hint is dismissed. */
export function PasswordHint() {
  const known = session()
  const key = `cloudstead.password-later.${known?.env ?? ''}`
  const [later, setLater] = useState(() => remembered(key) !== null)
  const [open, setOpen] = useState(false)
  if (known === undefined || known.passwordSet || later || known.operator?.by !== 'link') return null
  return (
    <>
      <Banner
        title={t.passwordTitle}
        actions={
          <>
            <Button size="small" kind="primary" onClick={() => setOpen(true)}>
              {t.passwordSet}
            </Button>
            <Button
              size="small"
              kind="quiet"
              onClick={() => {
                remember(key, '1')
                setLater(true)
              }}
            >
              {t.later}
            </Button>
          </>
        }
      >
        {t.passwordText}
      </Banner>
      {open && <PasswordDialog session={known} onClose={() => setOpen(false)} />}
    </>
  )
}
