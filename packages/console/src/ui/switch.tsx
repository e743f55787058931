import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { classes } from './classes.ts'
import './checkbox.css'

export interface SwitchProps {
  readonly label: ComponentChildren
  readonly hideLabel?: boolean | undefined
  readonly hint?: ComponentChildren
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean | undefined
}

/** On or off, which holds at once. */
export function Switch({ label, hideLabel, hint, checked, onChange, disabled }: SwitchProps) {
  const id = useId()
  return (
    <label class={classes('checkbox', 'is-switch', disabled && 'is-disabled')}>
      <input
        type="checkbox"
        // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox says by itself whether it is on
        role="switch"
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
