import type { AppUser, UserSession } from '@cloudstead/admin-api'
import { Ban, LogIn } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { type Answer, type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { SidePanel } from '../../ui/side-panel.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { BlockDialog } from './block-dialog.tsx'
import { EndSessionDialog } from './end-session-dialog.tsx'
import { LoginTypeBadge } from './login-type-badge.tsx'
import { SessionList } from './session-list.tsx'
import { t } from './text.ts'
import { UserLinks } from './user-links.tsx'

export interface UserPanelProps {
  readonly uid: string
  readonly onChange: (user: AppUser) => void
  readonly onClose: () => void
}

/** Everything about one user, and what can be done about it. */
export function UserPanel({ uid, onChange, onClose }: UserPanelProps) {
  const [found, setFound] = useState<Answer<'getUser'>>()
  const [error, setError] = useState<ApiError>()
  const [asking, setAsking] = useState(false)
  const [ending, setEnding] = useState<UserSession | 'all'>()
  const load = async (signal?: AbortSignal) => {
    setError(undefined)
    try {
      setFound(await call('getUser', { params: { uid } }, { signal }))
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toApiError(thrown))
    }
  }
  useEffect(() => {
    const controller = new AbortController()
    void load(controller.signal)
    return () => controller.abort()
  }, [])
  const blocked = found?.user.blocked === true
  // The dialogs are not inside of the panel: Esc in them is not for it.
  return (
    <>
      <SidePanel
        wide
        title={<span class="mono">{uid}</span>}
        onClose={onClose}
        actions={
          found &&
          (blocked ? (
            <Button icon={LogIn} onClick={() => setAsking(true)}>
              {t.unblock}
            </Button>
          ) : (
            <Button kind="danger" icon={Ban} onClick={() => setAsking(true)}>
              {t.block}
            </Button>
          ))
        }
      >
        {error !== undefined && <ErrorNotice error={error} onRetry={() => void load()} />}
        {found === undefined && error === undefined && <Spinner block />}
        {found !== undefined && (
          <Stack gap={5}>
            <About user={found.user} />
            {!found.user.blocked && <SessionList sessions={found.sessions} more={found.more} onEnd={setEnding} />}
            <UserLinks user={found.user} />
          </Stack>
        )}
      </SidePanel>
      {asking && found !== undefined && (
        <BlockDialog
          user={found.user}
          onClose={() => setAsking(false)}
          onDone={(user) => {
            setAsking(false)
            setFound({ ...found, user, ...(user.blocked ? { sessions: [], more: false } : {}) })
            onChange(user)
          }}
        />
      )}
      {ending !== undefined && (
        <EndSessionDialog
          uid={uid}
          asked={ending}
          onClose={() => setEnding(undefined)}
          onEnded={async () => {
            await load()
            setEnding(undefined)
          }}
        />
      )}
    </>
  )
}

function About({ user }: { readonly user: AppUser }) {
  const { uid, loginType, wechat, customUserId, createdAt, blocked } = user
  const id = (label: string, value: string | undefined) =>
    value === undefined ? undefined : { label, value: <span class="mono">{value}</span>, copy: value }
  return (
    <Stack gap={3}>
      <Row wrap>
        <LoginTypeBadge type={loginType} />
      </Row>
      {blocked && (
        <Banner kind="warning" title={t.blocked}>
          {t.blockedText}
        </Banner>
      )}
      <KeyValue
        stacked
        items={[
          id(t.uid, uid),
          id(t.openid, wechat?.openid),
          id(t.appid, wechat?.appid),
          id(t.customId, customUserId),
          { label: t.created, value: <Time at={createdAt} /> },
        ]}
      />
    </Stack>
  )
}
