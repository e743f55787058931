import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { TextInput } from '../../ui/text-input.tsx'
import { t } from './edit-text.ts'

interface FieldNameProps {
  readonly name: string
  readonly fault: string | undefined
  readonly onRename: (name: string) => void
}

/** Renames a field. Enter and leaving the input apply the new name, Esc keeps the old one. */
export function FieldName({ name, fault, onRename }: FieldNameProps) {
  const [typed, setTyped] = useState(name)
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => input.current?.select(), [])
  return (
    <TextInput
      class="field-rename"
      label={t.renameTo}
      hideLabel
      mono
      inputRef={input}
      value={typed}
      error={fault}
      onChange={setTyped}
      onBlur={() => onRename(typed)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key !== 'Escape') return
        event.preventDefault()
        onRename(name)
      }}
    />
  )
}
