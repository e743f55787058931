import { useState } from 'preact/hooks'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { RadioGroup } from '../../ui/radio-group.tsx'
import { Stack } from '../../ui/stack.tsx'
import { SourceBadge } from './source-badge.tsx'
import { t } from './text.ts'
import type { LoadedSettings } from './use-setting.ts'

const KEY = 'storage.resourceOpenid'
type Claim = 'path' | 'creator'

export interface ClaimCardProps {
  readonly settings: LoadedSettings
  /** The rules mean something else now. */
  readonly onChanged: () => void
}

/** What `resource.openid` is in rules of files. */
export function ClaimCard({ settings, onChanged }: ClaimCardProps) {
  const [asked, setAsked] = useState<Claim>()
  const setting = settings.setting(KEY)
  if (setting === undefined) return null
  return (
    <Card title={t.claimTitle} description={t.claimText} actions={<SourceBadge source={setting.source} />}>
      <Stack>
        <RadioGroup<Claim>
          label={t.claimTitle}
          hideLabel
          cards
          value={setting.value === 'creator' ? 'creator' : 'path'}
          options={[
            { value: 'path', label: t.claimPath, hint: t.claimPathHint, disabled: setting.locked },
            { value: 'creator', label: t.claimCreator, hint: t.claimCreatorHint, disabled: setting.locked },
          ]}
          onChange={setAsked}
        />
        {setting.locked && <p class="muted small">{t.lockedSetting(settings.file ?? '')}</p>}
      </Stack>
      {asked !== undefined && (
        <ConfirmDialog
          title={t.claimAsk}
          confirmLabel={t.change}
          onConfirm={async () => {
            await settings.save(KEY, asked)
            setAsked(undefined)
            onChanged()
          }}
          onClose={() => setAsked(undefined)}
        >
          {t.claimAskText}
        </ConfirmDialog>
      )}
    </Card>
  )
}
