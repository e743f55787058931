import { RadioGroup } from '../../ui/radio-group.tsx'
import { PRESETS, type Preset } from './presets.ts'
import { t } from './text.ts'

export type Mode = Preset | 'CUSTOM'

export interface ModeChoiceProps {
  readonly of: 'storage' | 'database'
  readonly mode: Mode
  readonly onChange: (mode: Mode) => void
}

/** The four presets of the platform in words, and custom rules. */
export function ModeChoice({ of, mode, onChange }: ModeChoiceProps) {
  const words = of === 'storage' ? t.storageModes : t.databaseModes
  return (
    <div class="modes">
      <RadioGroup
        cards
        hideLabel
        label={t.mode}
        value={mode}
        options={[...PRESETS, 'CUSTOM' as const].map((value) => ({
          value,
          label: (
            <span class="mode-title">
              {words[value][0]}
              {value !== 'CUSTOM' && <code class="muted">{value}</code>}
            </span>
          ),
          hint: words[value][1],
        }))}
        onChange={onChange}
      />
    </div>
  )
}
