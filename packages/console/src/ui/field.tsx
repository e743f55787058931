import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { classes } from './classes.ts'
import { isShown } from './is-shown.ts'
import './field.css'

/** The attributes that connect a control to its Field. */
interface FieldControl {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': 'true' | undefined
}

export interface FieldProps {
  readonly label: ComponentChildren
  /** Hide the label from view; screen readers still read it. */
  readonly hideLabel?: boolean | undefined
  readonly hint?: ComponentChildren
  /** What is wrong with the value. Replaces the hint. */
  readonly error?: ComponentChildren
  /** Renders the control with the attributes that connect it to the label. */
  readonly children: (control: FieldControl) => ComponentChildren
  readonly class?: string | undefined
}

/** A label, a control, and a hint or an error, connected for screen readers. TextInput, Select and others include it. */
export function Field({ label, hideLabel = false, hint, error, children, class: name }: FieldProps) {
  const id = useId()
  const hasError = isShown(error)
  const hasNote = hasError || isShown(hint)
  return (
    <div class={classes('field', name)}>
      <label class={hideLabel ? 'only-read' : 'field-label'} for={id}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': hasNote ? `${id}-note` : undefined,
        'aria-invalid': hasError ? 'true' : undefined,
      })}
      {hasNote && (
        <p id={`${id}-note`} class={hasError ? 'field-error' : 'field-hint'} role={hasError ? 'alert' : undefined}>
          {hasError ? error : hint}
        </p>
      )}
    </div>
  )
}
