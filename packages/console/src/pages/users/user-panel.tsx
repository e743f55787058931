import type { AppUser, UserSession } from '@cloudstead/admin-api'
import { Ban, LogIn } from 'lucide'
import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { nameOfUser } from '../../data/person.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Person } from '../../ui/person.tsx'
import { SidePanel } from '../../ui/side-panel.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { BlockDialog } from './block-dialog.tsx'
import { EndSessionDialog } from './end-session-dialog.tsx'
import { LoginTypeBadge } from './login-type-badge.tsx'
import { SessionList } from './session-list.tsx'
import { t } from './text.ts'
import { UserLinks } from './user-links.tsx'

interface UserPanelProps {
  readonly uid: string
  readonly onChange: (user: AppUser) => void
  readonly onClose: () => void
}

/** The details of a user, with blocking and ending sessions. */
export function UserPanel({ uid, onChange, onClose }: UserPanelProps) {
  const loaded = useLoaded((signal) => call('getUser', { params: { uid } }, { signal }), uid)
  const { value: found } = loaded
  const [blocking, setBlocking] = useState(false)
  const [ending, setEnding] = useState<UserSession | 'all'>()
  const blocked = found?.user.blocked === true
  // The dialogs are outside the panel, so that Esc in a dialog does not close the panel.
  return (
    <>
      <SidePanel
        wide
        title={<Person id={uid} name={found && nameOfUser(found.user)} whole />}
        onClose={onClose}
        actions={
          found &&
          (blocked ? (
            <Button icon={LogIn} onClick={() => setBlocking(true)}>
              {t.unblock}
            </Button>
          ) : (
            <Button kind="danger" icon={Ban} onClick={() => setBlocking(true)}>
              {t.block}
            </Button>
          ))
        }
      >
        <LoadedView loaded={loaded}>
          {({ user, sessions, more }) => (
            <Stack gap={5}>
              <About user={user} />
              {!user.blocked && <SessionList sessions={sessions} more={more} onEnd={setEnding} />}
              <UserLinks user={user} />
            </Stack>
          )}
        </LoadedView>
      </SidePanel>
      {blocking && found !== undefined && (
        <BlockDialog
          user={found.user}
          onClose={() => setBlocking(false)}
          onDone={(user) => {
            setBlocking(false)
            loaded.replace({ ...found, user, ...(user.blocked ? { sessions: [], more: false } : {}) })
            onChange(user)
          }}
        />
      )}
      {ending !== undefined && (
        <EndSessionDialog
          uid={uid}
          ending={ending}
          onClose={() => setEnding(undefined)}
          onEnded={async () => {
            await loaded.reload()
            setEnding(undefined)
          }}
        />
      )}
    </>
  )
}

function About({ user }: { readonly user: AppUser }) {
  const { uid, loginType, wechat, customUserId, name, createdAt, blocked } = user
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
          name === undefined ? undefined : { label: t.name, value: <bdi>{name}</bdi>, copy: name },
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
