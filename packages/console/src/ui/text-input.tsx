import type { InputHTMLAttributes, Ref } from 'preact'
import { classes } from './classes.ts'
import { Field, type FieldProps } from './field.tsx'

type Native = Omit<
  InputHTMLAttributes<HTMLInputElement>,
  'value' | 'onInput' | 'onChange' | 'label' | 'class' | 'id' | 'ref' | 'type'
>

export interface TextInputProps extends Omit<FieldProps, 'children'>, Native {
  readonly value: string
  readonly onChange: (value: string) => void
  /** `text` unless told. */
  readonly type?: 'text' | 'password' | 'number' | 'url' | 'datetime-local' | undefined
  /** For ids, paths and code. */
  readonly mono?: boolean | undefined
  readonly inputRef?: Ref<HTMLInputElement> | undefined
}

/** One line of text with its label. */
export function TextInput(props: TextInputProps) {
  const {
    label,
    hideLabel,
    hint,
    error,
    class: name,
    value,
    onChange,
    type = 'text',
    mono,
    inputRef,
    ...native
  } = props
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error} class={name}>
      {(control) => {
        // The compiler has a type for each type of input; what is given here fits all of them.
        const attributes = {
          autocomplete: 'off',
          spellcheck: false,
          ...native,
          ...control,
          type,
        } as InputHTMLAttributes<HTMLInputElement>
        return (
          <input
            {...attributes}
            ref={inputRef ?? null}
            class={classes('input', mono && 'is-mono')}
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        )
      }}
    </Field>
  )
}
