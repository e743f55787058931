import type { UserSession } from '@cloudstead/admin-api'
import { LogOut } from 'lucide'
import { formatTime } from '../../i18n/format.ts'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Time } from '../../ui/time.tsx'
import { t } from './text.ts'

interface SessionListProps {
  readonly sessions: readonly UserSession[]
  readonly more: boolean
  readonly onEnd: (which: UserSession | 'all') => void
}

/** The open sessions of a user, with buttons that end them. */
export function SessionList({ sessions, more, onEnd }: SessionListProps) {
  return (
    <section>
      <div class="user-section-head">
        <h3>{t.sessions}</h3>
        {sessions.length > 1 && (
          <Button size="small" onClick={() => onEnd('all')}>
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
              label={t.endOf(formatTime(session.createdAt))}
              onClick={() => onEnd(session)}
            />
          </li>
        ))}
      </ul>
      {more && <p class="muted small">{t.moreSessions}</p>}
    </section>
  )
}
