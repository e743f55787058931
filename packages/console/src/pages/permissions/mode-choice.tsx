import { type Mode, PRESETS } from '../../data/presets.ts'
import { RadioGroup } from '../../ui/radio-group.tsx'
import { t } from './text.ts'

interface ModeChoiceProps {
  readonly of: 'storage' | 'database'
  readonly mode: Mode
  readonly onChange: (mode: Mode) => void
}

/** Chooses the permission mode: one of the four presets, or custom rules. */
export function ModeChoice({ of, mode, onChange }: ModeChoiceProps) {
  const modes = of === 'storage' ? t.storageModes : t.databaseModes
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
              {modes[value][0]}
              {value !== 'CUSTOM' && <code class="muted">{value}</code>}
            </span>
          ),
          hint: modes[value][1],
        }))}
        onChange={onChange}
      />
    </div>
  )
}
