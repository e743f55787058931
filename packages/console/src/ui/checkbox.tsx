import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { classes } from './classes.ts'
import './checkbox.css'

export interface CheckboxProps {
  readonly label: ComponentChildren
  /** Read aloud, not shown. */
  readonly hideLabel?: boolean | undefined
  readonly hint?: ComponentChildren
  readonly checked: boolean
  /** Some are, some are not. */
  readonly mixed?: boolean | undefined
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean | undefined
  readonly tabIndex?: number | undefined
}

/** Yes or no, as part of something that is saved or done later. */
export function Checkbox(props: CheckboxProps) {
  const { label, hideLabel, hint, checked, mixed = false, onChange, disabled, tabIndex } = props
  const id = useId()
  return (
    <label class={classes('checkbox', disabled && 'is-disabled')}>
      <input
        type="checkbox"
        checked={checked}
        indeterminate={mixed}
        disabled={disabled}
        tabIndex={tabIndex}
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
