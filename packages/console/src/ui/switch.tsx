import { Checkbox, type CheckboxProps } from './checkbox.tsx'

/** On or off, with immediate effect. */
export function Switch(props: Omit<CheckboxProps, 'role'>) {
  return <Checkbox {...props} role="switch" />
}
