import type { Rules } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, toApiError } from '../../api/index.ts'
import { formatDuration } from '../../i18n/format.ts'
import { language } from '../../i18n/language.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { toast } from '../../ui/toast.tsx'
import { maxAgeOf, secondsOf } from './max-age.ts'
import { SourceBadge } from './source-badge.tsx'
import { t } from './text.ts'
import type { LoadedSettings } from './use-setting.ts'

const KEY = 'storage.tempUrlMaxAge'
const CHOICES = ['600', '3600', '7200', '86400'] as const

export interface ExpiryCardProps {
  readonly rules: Rules
  readonly settings: LoadedSettings
}

/** How long the URLs of private files live. */
export function ExpiryCard({ rules, settings }: ExpiryCardProps) {
  const setting = settings.setting(KEY)
  const held = String(setting?.value ?? '')
  const [typed, setTyped] = useState<string>()
  const [other, setOther] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  useEffect(() => setTyped(undefined), [held])
  const value = typed ?? held
  const seconds = secondsOf(value)
  const byRules = rules.preset === undefined ? maxAgeOf(rules.text) : undefined
  const choice = CHOICES.find((one) => one === value && !other) ?? 'other'
  const save = async () => {
    if (seconds === undefined) return
    setBusy(true)
    setError(undefined)
    try {
      await settings.save(KEY, seconds)
      setOther(false)
      toast(t.expirySaved)
    } catch (thrown) {
      setError(toApiError(thrown))
    }
    setBusy(false)
  }
  return (
    <Card
      title={t.expiryTitle}
      description={t.expiryText}
      actions={setting !== undefined && <SourceBadge source={setting.source} />}
    >
      <Stack>
        {byRules !== undefined && <Banner>{t.expiryByRules(formatDuration(byRules, language()))}</Banner>}
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
                hint={setting.locked && t.lockedSetting(settings.file ?? '')}
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
