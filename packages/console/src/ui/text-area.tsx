import type { TextareaHTMLAttributes } from 'preact'
import { classes } from './classes.ts'
import { Field, type FieldProps } from './field.tsx'

type Native = Omit<
  TextareaHTMLAttributes<HTMLTextAreaElement>,
  'value' | 'onInput' | 'onChange' | 'label' | 'class' | 'id' | 'ref'
>

interface TextAreaProps extends Omit<FieldProps, 'children'>, Native {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly mono?: boolean | undefined
}

/** A text field of several lines, with its label. */
export function TextArea(props: TextAreaProps) {
  const { label, hideLabel, hint, error, class: name, value, onChange, mono, ...native } = props
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error} class={name}>
      {(control) => (
        <textarea
          rows={4}
          spellcheck={false}
          {...native}
          {...control}
          class={classes('input', mono && 'is-mono')}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
