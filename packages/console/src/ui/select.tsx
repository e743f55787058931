import { ChevronDown } from 'lucide'
import { Field, type FieldProps } from './field.tsx'
import { Icon } from './icon.tsx'

interface Option<T extends string> {
  readonly value: T
  readonly label: string
}

export interface SelectProps<T extends string> extends Omit<FieldProps, 'children'> {
  readonly value: T
  readonly options: readonly Option<T>[]
  readonly onChange: (value: T) => void
  readonly disabled?: boolean | undefined
}

/** A choice from a list of values. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { label, hideLabel, hint, error, class: name, value, options, onChange, disabled } = props
  return (
    <Field label={label} hideLabel={hideLabel} hint={hint} error={error} class={name}>
      {(control) => (
        <span class="select">
          <select
            {...control}
            class="input"
            value={value}
            disabled={disabled}
            onChange={(event) => onChange(event.currentTarget.value as T)}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value} selected={option.value === value}>
                {option.label}
              </option>
            ))}
          </select>
          <Icon icon={ChevronDown} />
        </span>
      )}
    </Field>
  )
}
