import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { classes } from './classes.ts'
import './checkbox.css'

export interface CheckboxProps {
  readonly label: ComponentChildren
  /** Hide the label from view; screen readers still read it. */
  readonly hideLabel?: boolean | undefined
  readonly hint?: ComponentChildren
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean | undefined
  /** Use `<Switch>` for it. */
  readonly role?: 'switch' | undefined
}

/** Yes or no, as part of something that is saved or done later. */
export function Checkbox({ label, hideLabel, hint, checked, onChange, disabled, role }: CheckboxProps) {
  const id = useId()
  return (
    <label class={classes('checkbox', role && 'is-switch', disabled && 'is-disabled')}>
      <input
        type="checkbox"
        role={role}
        checked={checked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : id}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class={hideLabel ? 'only-read' : 'checkbox-words'}>
        {label}
        {hint !== undefined && (
          <span id={id} class="field-hint">
            {hint}
          </span>
        )}
      </span>
    </label>
  )
}
