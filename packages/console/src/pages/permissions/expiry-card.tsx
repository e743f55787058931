import type { Rules } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { useAttempt } from '../../app/use-attempt.ts'
import type { LoadedSettings } from '../../data/use-settings.ts'
import { formatDuration } from '../../i18n/format.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { SourceBadge } from '../../ui/source-badge.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { toast } from '../../ui/toast.tsx'
import { secondsOf } from '../settings/values.ts'
import { t } from './text.ts'

const KEY = 'storage.tempUrlMaxAge'
const CHOICES = ['600', '3600', '7200', '86400'] as const

interface ExpiryCardProps {
  readonly rules: Rules
  readonly settings: LoadedSettings
}

/** The setting for the lifetime of temporary URLs. */
export function ExpiryCard({ rules, settings }: ExpiryCardProps) {
  const setting = settings.setting(KEY)
  const held = String(setting?.value ?? '')
  const [typed, setTyped] = useState<string>()
  const [other, setOther] = useState(false)
  const { busy, error, attempt } = useAttempt()
  useEffect(() => setTyped(undefined), [held])
  const value = typed ?? held
  const seconds = secondsOf(value)
  const byRules = rules.preset === undefined ? maxAgeOf(rules.text) : undefined
  const choice = CHOICES.find((one) => one === value && !other) ?? 'other'
  const save = () =>
    attempt(async () => {
      if (seconds === undefined) return
      await settings.save(KEY, seconds)
      setOther(false)
      toast(t.expirySaved)
    })
  return (
    <Card
      title={t.expiryTitle}
      description={t.expiryText}
      actions={setting !== undefined && <SourceBadge source={setting.source} />}
    >
      <Stack>
        {byRules !== undefined && <Banner>{t.expiryByRules(formatDuration(byRules))}</Banner>}
        {setting !== undefined && (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              void save()
            }}
          >
            <Row wrap align="start" gap={3}>
              <Select
                label={t.expiry}
                hint={setting.locked && t.lockedSetting(settings.value?.file.path ?? '')}
                value={choice}
                disabled={setting.locked}
                options={[
                  ...CHOICES.map((one) => ({ value: one, label: t.expiryChoices[one] })),
                  { value: 'other' as const, label: t.custom },
                ]}
                onChange={(chosen) => {
                  setOther(chosen === 'other')
                  setTyped(chosen === 'other' ? value : chosen)
                }}
              />
              {choice === 'other' && (
                <TextInput
                  label={t.seconds}
                  hint={t.secondsHint}
                  error={seconds === undefined && t.secondsWrong}
                  inputMode="numeric"
                  value={value}
                  disabled={setting.locked}
                  onChange={setTyped}
                />
              )}
            </Row>
            {value !== held && (
              <Row class="card-save">
                <Button kind="primary" type="submit" busy={busy} disabled={seconds === undefined}>
                  {t.save}
                </Button>
                <Button onClick={() => setTyped(undefined)}>{t.discard}</Button>
              </Row>
            )}
          </form>
        )}
        {error !== undefined && <ErrorNotice error={error} />}
        {settings.error !== undefined && <ErrorNotice error={settings.error} onRetry={settings.reload} />}
      </Stack>
    </Card>
  )
}

/** The `maxAge` in a text of custom rules, in seconds. */
function maxAgeOf(text: string): number | undefined {
  const found = /"maxAge"\s*:\s*(\d+)/.exec(text.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, ''))
  return found === null ? undefined : Number(found[1])
}
