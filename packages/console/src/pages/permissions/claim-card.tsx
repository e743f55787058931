import { useState } from 'preact/hooks'
import type { LoadedSettings } from '../../data/use-settings.ts'
import { Card } from '../../ui/card.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { RadioGroup } from '../../ui/radio-group.tsx'
import { SourceBadge } from '../../ui/source-badge.tsx'
import { Stack } from '../../ui/stack.tsx'
import { t } from './text.ts'

const KEY = 'storage.resourceOpenid'
type Claim = 'path' | 'creator'

interface ClaimCardProps {
  readonly settings: LoadedSettings
  /** Called after a change, because it changes the meaning of the rules. */
  readonly onChanged: () => void
}

/** The setting for the meaning of `resource.openid` in the rules of files. */
export function ClaimCard({ settings, onChanged }: ClaimCardProps) {
  const [chosen, setChosen] = useState<Claim>()
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
          onChange={setChosen}
        />
        {setting.locked && <p class="muted small">{t.lockedSetting(settings.value?.file.path ?? '')}</p>}
      </Stack>
      {chosen !== undefined && (
        <ConfirmDialog
          title={t.claimAsk}
          confirmLabel={t.change}
          onConfirm={async () => {
            await settings.save(KEY, chosen)
            setChosen(undefined)
            onChanged()
          }}
          onClose={() => setChosen(undefined)}
        >
          {t.claimAskText}
        </ConfirmDialog>
      )}
    </Card>
  )
}
