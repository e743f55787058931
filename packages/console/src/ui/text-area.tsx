import type { Ref, TextareaHTMLAttributes } from 'preact'
import { classes } from './classes.ts'
import { Field, type FieldProps } from './field.tsx'

type Native = Omit<
  TextareaHTMLAttributes<HTMLTextAreaElement>,
  'value' | 'onInput' | 'onChange' | 'label' | 'class' | 'id' | 'ref'
>

export interface TextAreaProps extends Omit<FieldProps, 'children'>, Native {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly mono?: boolean | undefined
  readonly inputRef?: Ref<HTMLTextAreaElement> | undefined
}

/** Several lines of text with their label. */
export function TextArea(props: TextAreaProps) {
  const { label, hideLabel, hint, error, class: name, value, onChange, mono, inputRef, ...native } = props
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error} class={name}>
      {(control) => (
        <textarea
          rows={4}
          spellcheck={false}
          {...native}
          {...control}
          ref={inputRef ?? null}
          class={classes('input', mono && 'is-mono')}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
