import type { IconNode } from 'lucide'
import { Button, type ButtonProps } from './button.tsx'
import { classes } from './classes.ts'
import { Tooltip } from './tooltip.tsx'

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  readonly icon: IconNode
  /** What the button does: its tooltip, and its name for screen readers. */
  readonly label: string
}

/** A square button with only an icon. The default kind is `quiet`. */
export function IconButton({ label, kind = 'quiet', class: name, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <Button {...rest} kind={kind} class={classes('is-square', name)} aria-label={label} />
    </Tooltip>
  )
}
