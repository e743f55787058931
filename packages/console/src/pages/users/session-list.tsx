import type { UserSession } from '@cloudstead/admin-api'
import { LogOut } from 'lucide'
import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { formatTime } from '../../i18n/format.ts'
import { language } from '../../i18n/language.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './text.ts'

export interface SessionListProps {
  readonly uid: string
  readonly sessions: readonly UserSession[]
  readonly more: boolean
  /** Something was ended: load them again. */
  readonly onEnded: () => Promise<void>
}

/** The open sessions of a user, each with a button that ends it. */
export function SessionList({ uid, sessions, more, onEnded }: SessionListProps) {
  /** Which session is asked about. */
  const [asked, setAsked] = useState<UserSession | 'all'>()
  const end = async () => {
    if (asked === undefined) return
    const query = asked === 'all' ? {} : { id: asked.id }
    await call('revokeSessions', { params: { uid }, query })
    await onEnded()
    toast(asked === 'all' ? t.endAllDone : t.endDone)
    setAsked(undefined)
  }
  return (
    <section>
      <div class="user-section-head">
        <h3>{t.sessions}</h3>
        {sessions.length > 1 && (
          <Button size="small" onClick={() => setAsked('all')}>
            {t.endAll}
          </Button>
        )}
      </div>
      {sessions.length === 0 && <p class="muted">{t.noSessions}</p>}
      <ul class="user-sessions">
        {sessions.map((session) => (
          <li key={session.id}>
            <dl class="session-times small">
              <dt class="muted">{t.sessionOpened}</dt>
              <dd>
                <Time at={session.createdAt} />
              </dd>
              {session.refreshedAt !== undefined && (
                <>
                  <dt class="muted">{t.sessionRefreshed}</dt>
                  <dd>
                    <Time at={session.refreshedAt} />
                  </dd>
                </>
              )}
              <dt class="muted">{t.sessionExpires}</dt>
              <dd>
                <Time at={session.expiresAt} />
              </dd>
            </dl>
            <IconButton
              icon={LogOut}
              size="small"
              label={t.endOf(formatTime(session.createdAt, language()))}
              onClick={() => setAsked(session)}
            />
          </li>
        ))}
      </ul>
      {more && <p class="muted small">{t.moreSessions}</p>}
      {asked !== undefined && (
        <ConfirmDialog
          danger
          title={asked === 'all' ? t.endAllTitle : t.endTitle}
          confirmLabel={asked === 'all' ? t.endAllDo : t.end}
          onConfirm={end}
          onClose={() => setAsked(undefined)}
        >
          {asked === 'all' ? t.endAllText : t.endText}
        </ConfirmDialog>
      )}
    </section>
  )
}
