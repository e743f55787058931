import { Plus } from 'lucide'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/select.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { nameFault } from './draft.ts'
import { t } from './edit-text.ts'
import type { Kind } from './values.ts'

const KINDS: readonly Kind[] = ['text', 'number', 'boolean', 'date', 'file', 'point', 'array', 'object', 'null']

interface AddFieldProps {
  readonly onAdd: (name: string, kind: Kind) => void
  /** Names that are in use. */
  readonly taken: readonly string[]
}

/** A button that opens the fields for a name and a type. */
export function AddField({ onAdd, taken }: AddFieldProps) {
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const [kind, setKind] = useState<Kind>('text')
  const [tried, setTried] = useState(false)
  const fault = taken.includes(name) ? 'twice' : nameFault(name)
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (open) input.current?.focus()
  }, [open])
  const close = () => {
    setOpen(false)
    setName('')
    setTried(false)
  }
  const add = () => {
    setTried(true)
    if (fault !== undefined) return
    onAdd(name, kind)
    close()
  }
  if (!open) {
    return (
      <div>
        <Button size="small" kind="quiet" icon={Plus} onClick={() => setOpen(true)}>
          {t.addField}
        </Button>
      </div>
    )
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it handles keys of the fields inside
    <div
      class="add-field"
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
          event.preventDefault()
          add()
        } else if (event.key === 'Escape') {
          event.preventDefault()
          close()
        }
      }}
    >
      <TextInput
        label={t.fieldName}
        hideLabel
        placeholder={t.fieldName}
        mono
        inputRef={input}
        value={name}
        error={tried && fault !== undefined ? t.faults[fault] : undefined}
        onChange={setName}
      />
      <Select
        label={t.type}
        hideLabel
        value={kind}
        options={KINDS.map((value) => ({ value, label: t.kinds[value] }))}
        onChange={setKind}
      />
      <Button onClick={add}>{t.saveNew}</Button>
    </div>
  )
}
