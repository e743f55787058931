import type { Setting } from '@cloudstead/admin-api'
import { say } from '../../i18n/language.ts'
import { Select } from '../../ui/select.tsx'
import { Row } from '../../ui/stack.tsx'
import { TextArea } from '../../ui/text-area.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { t } from './text.ts'
import { byteCountText, choiceText, durationText } from './value-text.ts'
import { sizeOf, textOfSize, UNITS } from './values.ts'

interface SettingControlProps {
  readonly setting: Setting
  readonly text: string
  readonly error: string | undefined
  readonly onChange: (text: string) => void
}

/** The field for a setting that is typed or chosen. Switches and rules are shown by SettingRow itself. */
export function SettingControl({ setting, text, error, onChange }: SettingControlProps) {
  const label = say(setting.title)
  const common = { label, hideLabel: true, error, value: text, onChange }
  switch (setting.kind) {
    case 'size': {
      const { number, unit } = sizeOf(text)
      return (
        <Row align="start" class="setting-size">
          <TextInput
            {...common}
            label={`${label}: ${t.number}`}
            hint={byteCountText(text)}
            inputMode="decimal"
            value={number}
            onChange={(typed) => onChange(textOfSize({ number: typed, unit }))}
          />
          <Select
            label={`${label}: ${t.unit}`}
            hideLabel
            value={unit}
            options={UNITS.map((value) => ({ value, label: value }))}
            onChange={(chosen) => onChange(textOfSize({ number, unit: chosen }))}
          />
        </Row>
      )
    }
    case 'seconds':
      return <TextInput {...common} label={`${label}: ${t.seconds}`} hint={secondsHint(text)} inputMode="numeric" />
    case 'choice':
      return (
        <Select {...common} options={(setting.choices ?? []).map((value) => ({ value, label: choiceText(value) }))} />
      )
    case 'secret':
      return (
        <TextInput
          {...common}
          type="password"
          autocomplete="new-password"
          placeholder={setting.set ? t.secretSet : t.secretNew}
          hint={t.secretHint}
        />
      )
    case 'indexes':
      return <TextArea {...common} label={t.indexesAsJson} hint={say(setting.help)} mono rows={6} />
    case 'list':
      return <TextArea {...common} placeholder={t.none} mono rows={3} />
    default:
      return <TextInput {...common} mono placeholder={setting.set ? undefined : t.notSet} />
  }
}

function secondsHint(text: string): string {
  const duration = durationText(text)
  return duration === undefined ? t.seconds : `${t.seconds} = ${duration}`
}
