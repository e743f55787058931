import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import './checkbox.css'

interface Choice<T extends string> {
  readonly value: T
  readonly label: ComponentChildren
  readonly hint?: ComponentChildren
  readonly disabled?: boolean | undefined
}

interface RadioGroupProps<T extends string> {
  readonly label: string
  readonly hideLabel?: boolean | undefined
  /** Undefined if none is chosen. */
  readonly value: T | undefined
  readonly options: readonly Choice<T>[]
  readonly onChange: (value: T) => void
  /** Each option in a frame, for options with explanations. */
  readonly cards?: boolean | undefined
  /** Give the focus to the chosen option when it appears in a dialog. */
  readonly autofocus?: boolean | undefined
}

/** A choice of a few options, all of them visible. */
export function RadioGroup<T extends string>(props: RadioGroupProps<T>) {
  const { label, hideLabel, value, options, onChange, cards = false, autofocus = false } = props
  const id = useId()
  return (
    <fieldset class={cards ? 'radios are-cards' : 'radios'}>
      <legend class={hideLabel ? 'only-read' : 'field-label'}>{label}</legend>
      {options.map((option) => (
        <label key={option.value} class="checkbox">
          <input
            type="radio"
            name={id}
            checked={option.value === value}
            disabled={option.disabled}
            autofocus={autofocus && option.value === value}
            aria-describedby={option.hint === undefined ? undefined : `${id}-${option.value}`}
            onChange={() => onChange(option.value)}
          />
          <span class="checkbox-words">
            {option.label}
            {option.hint !== undefined && (
              <span id={`${id}-${option.value}`} class="field-hint">
                {option.hint}
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
