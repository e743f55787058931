import type { OverviewWarning } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { Link } from '../../app/link.tsx'
import { PasswordDialog } from '../../app/password-dialog.tsx'
import { session } from '../../app/session.ts'
import { say } from '../../i18n/language.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { settingTarget } from './setting-target.ts'
import { t } from './text.ts'

interface WarningsProps {
  readonly warnings: readonly OverviewWarning[]
}

const keyOf = ({ code, setting }: OverviewWarning) => `${code} ${setting ?? ''}`

/** The warnings, each with a link to its setting. */
export function Warnings({ warnings }: WarningsProps) {
  return (
    <>
      {warnings
        .filter(({ severity }) => severity === 'warning')
        .map((warning) => (
          <Banner key={keyOf(warning)} kind="warning" title={say(warning.text)} actions={<Action warning={warning} />}>
            {warning.advice && say(warning.advice)}
          </Banner>
        ))}
    </>
  )
}

/** The notes, which are less urgent than warnings. */
export function Notes({ warnings }: WarningsProps) {
  const notes = warnings.filter(({ severity }) => severity === 'note')
  if (notes.length === 0) return null
  return (
    <Card title={t.notes}>
      <ul class="overview-notes">
        {notes.map((note) => (
          <li key={keyOf(note)}>
            <span>
              {say(note.text)} {note.advice && <span class="muted">{say(note.advice)}</span>}
            </span>
            <Action warning={note} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Action({ warning: { code, setting } }: { readonly warning: OverviewWarning }) {
  if (code === 'no-password') return <SetPassword />
  return setting === undefined ? null : <Link {...settingTarget(setting)}>{t.openSetting}</Link>
}

function SetPassword() {
  const known = session()
  const [open, setOpen] = useState(false)
  if (known === undefined) return null
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t.passwordSet}
      </Button>
      {open && <PasswordDialog session={known} onClose={() => setOpen(false)} />}
    </>
  )
}
