import type { InputHTMLAttributes, Ref } from 'preact'
import { classes } from './classes.ts'
import { Field, type FieldProps } from './field.tsx'

type Native = Omit<
  InputHTMLAttributes<HTMLInputElement>,
  'value' | 'onInput' | 'onChange' | 'label' | 'class' | 'id' | 'ref' | 'type'
>

interface TextInputProps extends Omit<FieldProps, 'children'>, Native {
  readonly value: string
  readonly onChange: (value: string) => void
  /** Default: `text`. */
  readonly type?: 'text' | 'password' | 'datetime-local' | undefined
  /** The id of a datalist with suggestions. */
  readonly list?: string | undefined
  /** Monospaced, for ids, paths and code. */
  readonly mono?: boolean | undefined
  readonly inputRef?: Ref<HTMLInputElement> | undefined
}

/** A text field of one line, with its label. */
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
        // Preact has its own type for each type of input. These attributes fit all of them.
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
