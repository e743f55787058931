import type { Key, Setting, Settings } from '@cloudstead/admin-api'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, toApiError } from '../../api/index.ts'
import { Link } from '../../app/link.tsx'
import { session } from '../../app/session.ts'
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

/** Which ways there are to log in, and what each of them lacks. */
export function LoginMethods({ onClose }: { readonly onClose: () => void }) {
  const [settings, setSettings] = useState<Settings>()
  const [keys, setKeys] = useState<readonly Key[]>()
  const [settingsError, setSettingsError] = useState<ApiError>()
  const [keysError, setKeysError] = useState<ApiError>()
  const loadSettings = () => {
    setSettingsError(undefined)
    call('getSettings').then(setSettings, (thrown) => setSettingsError(toApiError(thrown)))
  }
  const loadKeys = () => {
    setKeysError(undefined)
    call('listKeys').then(
      ({ items }) => setKeys(items),
      (thrown) => setKeysError(toApiError(thrown)),
    )
  }
  useEffect(() => {
    loadSettings()
    loadKeys()
  }, [])
  return (
    <Dialog side title={t.methodsTitle} onClose={onClose}>
      <Stack>
        {settingsError !== undefined && <ErrorNotice error={settingsError} onRetry={loadSettings} />}
        {settings === undefined && settingsError === undefined && <Spinner block />}
        {settings !== undefined && (
          <>
            <AnonymousLogin settings={settings} onSaved={setSettings} onStale={loadSettings} />
            <WechatLogin settings={settings} onLeave={onClose} />
          </>
        )}
        {keysError !== undefined && <ErrorNotice error={keysError} onRetry={loadKeys} />}
        {keys !== undefined && <CustomLogin keys={keys} onLeave={onClose} />}
      </Stack>
    </Dialog>
  )
}

interface AnonymousLoginProps {
  readonly settings: Settings
  readonly onSaved: (settings: Settings) => void
  readonly onStale: () => void
}

function AnonymousLogin({ settings, onSaved, onStale }: AnonymousLoginProps) {
  const [saving, setSaving] = useState(false)
  const [error, setError] = useState<ApiError>()
  const setting = settingOf(settings, ANONYMOUS)
  const on = setting?.value === true
  const save = async (value: boolean) => {
    setSaving(true)
    setError(undefined)
    try {
      onSaved(await call('saveSetting', { params: { key: ANONYMOUS }, body: { value, version: settings.version } }))
      toast(value ? t.savedOn : t.savedOff)
    } catch (thrown) {
      const failed = toApiError(thrown)
      setError(failed)
      if (failed.code === 'CONSOLE_CONFLICT') onStale()
    } finally {
      setSaving(false)
    }
  }
  return (
    <Card
      title={<Method name={t.anonymousTitle} state={<State good={on} yes={t.on} no={t.off} />} />}
      description={t.anonymousText}
    >
      <Stack gap={3}>
        <Switch
          label={t.anonymousSwitch}
          hint={
            setting?.locked === true ? (settings.file.exists ? t.lockedBy(settings.file.path) : t.locked) : undefined
          }
          checked={on}
          disabled={saving || setting === undefined || setting.locked}
          onChange={(value) => void save(value)}
        />
        {error !== undefined && <ErrorNotice error={error} />}
      </Stack>
    </Card>
  )
}

function WechatLogin({ settings, onLeave }: { readonly settings: Settings; readonly onLeave: () => void }) {
  const hasId = settingOf(settings, 'auth.wechat.appid')?.set === true
  const hasSecret = settingOf(settings, 'auth.wechat.secret')?.set === true
  const madeUp = session()?.mode === 'dev' && !hasSecret
  return (
    <Card
      title={
        <Method
          name={t.wechatTitle}
          state={<State good={hasId && hasSecret} yes={t.ready} no={madeUp ? t.test : t.notReady} />}
        />
      }
      description={t.wechatText}
    >
      <Stack gap={2}>
        {hasId && hasSecret && <p>{t.wechatReady}</p>}
        {!hasId && <p>{t.wechatNoId}</p>}
        {!hasSecret && <p>{t.wechatNoSecret}</p>}
        {madeUp && <p class="muted">{t.wechatDev}</p>}
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

function settingOf({ values }: Settings, key: string): Setting | undefined {
  return values.find((setting) => setting.key === key)
}
