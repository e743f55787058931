import type { ComponentChildren } from 'preact'
import { Link } from '../../app/link.tsx'
import { Switch } from '../../ui/switch.tsx'
import { TextArea } from '../../ui/text-area.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { type Draft, type Fault, pickerText } from './draft.ts'
import { t } from './edit-text.ts'
import { pathHere } from './file-url.ts'
import { Thumbnail } from './thumbnail.tsx'
import { fileOf } from './values.ts'

interface ValueInputProps {
  readonly value: Draft
  /** The path in the document; the label for screen readers. */
  readonly path: string
  readonly readOnly: boolean
  readonly hint: ComponentChildren
  readonly fault: Fault | undefined
  readonly onChange: (value: Draft) => void
}

/** Characters that fit into one line of the panel. */
const ONE_LINE = 60

/** The control for a value that is not an array or object. */
export function ValueInput({ value, path, readOnly, hint, fault, onChange }: ValueInputProps) {
  const error = fault && t.faults[fault]
  const common = { label: path, hideLabel: true, hint, error }
  switch (value.kind) {
    case 'text':
    case 'json': {
      const props = { ...common, readOnly, value: value.text, onChange: (text: string) => onChange({ ...value, text }) }
      const long = value.kind === 'json' || value.text.length > ONE_LINE || value.text.includes('\n')
      return long ? (
        <TextArea
          {...props}
          rows={Math.min(12, Math.max(3, value.text.split('\n').length))}
          mono={value.kind === 'json'}
        />
      ) : (
        <TextInput {...props} />
      )
    }
    case 'number':
      return (
        <TextInput
          {...common}
          readOnly={readOnly}
          inputMode="decimal"
          class="number-input"
          value={value.text}
          onChange={(text) => onChange({ ...value, text })}
        />
      )
    case 'boolean':
      return (
        <Switch
          label={<span class="mono">{value.value ? t.yes : t.no}</span>}
          checked={value.value}
          onChange={(checked) => onChange({ ...value, value: checked })}
        />
      )
    case 'null':
      return <p class="muted mono">null</p>
    case 'date':
      return <DateInput value={value} path={path} error={error} onChange={onChange} />
    case 'point':
      return (
        <div class="two-inputs">
          <TextInput
            label={t.lng}
            inputMode="decimal"
            value={value.lng}
            error={fault === 'lng' && error}
            onChange={(lng) => onChange({ ...value, lng })}
          />
          <TextInput
            label={t.lat}
            inputMode="decimal"
            value={value.lat}
            error={fault === 'lat' && error}
            onChange={(lat) => onChange({ ...value, lat })}
          />
        </div>
      )
    case 'file':
      return <FileInput value={value} path={path} onChange={onChange} />
    default:
      return null
  }
}

type TextDraft = Extract<Draft, { readonly text: string }>
interface TypedInputProps {
  readonly value: TextDraft
  readonly path: string
  readonly error?: string | undefined
  readonly onChange: (value: Draft) => void
}

/** The browser's date picker in the user's time zone, and the ISO text for everything the picker cannot do. */
function DateInput({ value, path, error, onChange }: TypedInputProps) {
  return (
    <div class="date-input">
      <TextInput
        label={t.picker(path)}
        hideLabel
        type="datetime-local"
        step="0.001"
        value={pickerText(value.text)}
        hint={t.localTime}
        onChange={(local) => {
          const at = Date.parse(local)
          if (!Number.isNaN(at)) onChange({ ...value, text: new Date(at).toISOString() })
        }}
      />
      <TextInput
        label={t.rawDate(path)}
        hideLabel
        mono
        value={value.text}
        error={error}
        onChange={(text) => onChange({ ...value, text })}
      />
    </div>
  )
}

/** A fileID with its picture, and a link to the file. */
function FileInput({ value, path, onChange }: TypedInputProps) {
  const { text } = value
  const here = pathHere(text)
  return (
    <div class="file-input">
      <Thumbnail fileId={text} large />
      <div class="file-input-words">
        <TextInput label={path} hideLabel mono value={text} onChange={(next) => onChange({ ...value, text: next })} />
        {here !== undefined ? (
          <Link to="storage" query={{ file: here }}>
            {t.inStorage}
          </Link>
        ) : (
          fileOf(text) !== undefined && <span class="muted small">{t.otherEnv}</span>
        )}
      </div>
    </div>
  )
}
