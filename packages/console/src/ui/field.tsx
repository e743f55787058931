import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { classes } from './classes.ts'
import { isShown } from './is-shown.ts'
import './field.css'

/** What a control inside a Field has to carry. */
export interface FieldControl {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': 'true' | undefined
}

export interface FieldProps {
  readonly label: ComponentChildren
  /** Not shown, because something beside it says the same. It is read aloud all the same. */
  readonly hideLabel?: boolean | undefined
  readonly hint?: ComponentChildren
  /** What is wrong with the value; shown in the place of the hint. */
  readonly error?: ComponentChildren
  /** The control, given what connects it to the label. */
  readonly children: (control: FieldControl) => ComponentChildren
  readonly class?: string | undefined
}

/** A label, a control, and a hint or an error, connected for screen readers. TextInput, Select and so on bring their own. */
export function Field({ label, hideLabel = false, hint, error, children, class: name }: FieldProps) {
  const id = useId()
  const wrong = isShown(error)
  const told = wrong || isShown(hint)
  return (
    <div class={classes('field', name)}>
      <label class={hideLabel ? 'only-read' : 'field-label'} for={id}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': told ? `${id}-note` : undefined,
        'aria-invalid': wrong ? 'true' : undefined,
      })}
      {told && (
        <p id={`${id}-note`} class={wrong ? 'field-error' : 'field-hint'} role={wrong ? 'alert' : undefined}>
          {wrong ? error : hint}
        </p>
      )}
    </div>
  )
}
