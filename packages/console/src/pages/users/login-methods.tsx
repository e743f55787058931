import type { Key } from '@cloudstead/admin-api'
import type { ComponentChildren } from 'preact'
import { call } from '../../api/index.ts'
import { Link } from '../../app/link.tsx'
import { session } from '../../app/session.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { type LoadedSettings, useSettings } from '../../data/use-settings.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Switch } from '../../ui/switch.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './text.ts'

const ANONYMOUS = 'auth.anonymous'

/** The login methods: whether they are set up, and what is missing. */
export function LoginMethods({ onClose }: { readonly onClose: () => void }) {
  const settings = useSettings()
  const keys = useLoaded(async (signal) => (await call('listKeys', {}, { signal })).items)
  return (
    <Dialog side title={t.methodsTitle} onClose={onClose}>
      <Stack>
        {settings.error !== undefined && <ErrorNotice error={settings.error} onRetry={settings.reload} />}
        {settings.value === undefined && settings.error === undefined && <Spinner block />}
        {settings.value !== undefined && (
          <>
            <AnonymousLogin settings={settings} />
            <WechatLogin settings={settings} onLeave={onClose} />
          </>
        )}
        {keys.error !== undefined && <ErrorNotice error={keys.error} onRetry={() => void keys.reload()} />}
        {keys.value !== undefined && <CustomLogin keys={keys.value} onLeave={onClose} />}
      </Stack>
    </Dialog>
  )
}

function AnonymousLogin({ settings }: { readonly settings: LoadedSettings }) {
  const { busy, error, attempt } = useAttempt()
  const setting = settings.setting(ANONYMOUS)
  const file = settings.value?.file
  const on = setting?.value === true
  const save = (value: boolean) =>
    attempt(async () => {
      await settings.save(ANONYMOUS, value)
      toast(value ? t.savedOn : t.savedOff)
    })
  return (
    <Card
      title={<Method name={t.anonymousTitle} state={<State good={on} yes={t.on} no={t.off} />} />}
      description={t.anonymousText}
    >
      <Stack gap={3}>
        <Switch
          label={t.anonymousSwitch}
          hint={setting?.locked === true ? (file?.exists ? t.lockedBy(file.path) : t.locked) : undefined}
          checked={on}
          disabled={busy || setting === undefined || setting.locked}
          onChange={(value) => void save(value)}
        />
        {error !== undefined && <ErrorNotice error={error} />}
      </Stack>
    </Card>
  )
}

function WechatLogin({ settings, onLeave }: { readonly settings: LoadedSettings; readonly onLeave: () => void }) {
  const hasId = settings.setting('auth.wechat.appid')?.set === true
  const hasSecret = settings.setting('auth.wechat.secret')?.set === true
  const usesTestCodes = session()?.mode === 'dev' && !hasSecret
  return (
    <Card
      title={
        <Method
          name={t.wechatTitle}
          state={<State good={hasId && hasSecret} yes={t.ready} no={usesTestCodes ? t.test : t.notReady} />}
        />
      }
      description={t.wechatText}
    >
      <Stack gap={2}>
        {hasId && hasSecret && <p>{t.wechatReady}</p>}
        {!hasId && <p>{t.wechatNoId}</p>}
        {!hasSecret && <p>{t.wechatNoSecret}</p>}
        {usesTestCodes && <p class="muted">{t.wechatDev}</p>}
        <p>
          <Link to="settings" query={{ key: 'auth.wechat.appid' }} onClick={onLeave}>
            {t.toSettings}
          </Link>
        </p>
      </Stack>
    </Card>
  )
}

function CustomLogin({ keys, onLeave }: { readonly keys: readonly Key[]; readonly onLeave: () => void }) {
  const count = keys.filter(({ kind }) => kind === 'login').length
  return (
    <Card
      title={<Method name={t.customTitle} state={<State good={count > 0} yes={t.ready} no={t.notReady} />} />}
      description={t.customText}
    >
      <Stack gap={2}>
        <p>{count > 0 ? t.customReady(count) : t.customMissing}</p>
        <p>
          <Link to="keys" onClick={onLeave}>
            {t.toKeys}
          </Link>
        </p>
      </Stack>
    </Card>
  )
}

function Method({ name, state }: { readonly name: string; readonly state: ComponentChildren }) {
  return (
    <span class="method-title">
      {name} {state}
    </span>
  )
}

function State({ good, yes, no }: { readonly good: boolean; readonly yes: string; readonly no: string }) {
  return <Badge tone={good ? 'success' : 'neutral'}>{good ? yes : no}</Badge>
}
