import type { IconNode } from 'lucide'
import { Button, type ButtonProps } from './button.tsx'
import { classes } from './classes.ts'
import { Tooltip } from './tooltip.tsx'

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  readonly icon: IconNode
  /** What it does; read aloud, and shown as a tooltip. */
  readonly label: string
}

/** A square button with only an icon; `quiet` unless told. */
export function IconButton({ label, kind = 'quiet', class: name, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <Button {...rest} kind={kind} class={classes('is-square', name)} aria-label={label} />
    </Tooltip>
  )
}
