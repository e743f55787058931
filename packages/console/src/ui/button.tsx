import type { IconNode } from 'lucide'
import type { ButtonHTMLAttributes, ComponentChildren, Ref } from 'preact'
import { classes } from './classes.ts'
import { Icon } from './icon.tsx'
import { Spinner } from './spinner.tsx'
import './button.css'

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'size' | 'class' | 'ref' | 'disabled' | 'type'>

export interface ButtonProps extends Native {
  readonly children?: ComponentChildren
  /** `primary`: the main action. `plain`: the default. `quiet`: without a border. `danger`: destroys something. */
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger' | undefined
  readonly size?: 'small' | undefined
  readonly icon?: IconNode | undefined
  /** Work is running: the button shows a spinner and ignores clicks, and keeps the focus. */
  readonly busy?: boolean | undefined
  readonly disabled?: boolean | undefined
  /** Default: `button`. */
  readonly type?: 'button' | 'submit' | undefined
  readonly class?: string | undefined
  readonly buttonRef?: Ref<HTMLButtonElement> | undefined
}

/** @example <Button kind="primary" icon={Upload} onClick={choose}>{t.upload}</Button> */
export function Button(props: ButtonProps) {
  const {
    kind = 'plain',
    size,
    icon,
    busy = false,
    type = 'button',
    class: name,
    buttonRef,
    children,
    ...native
  } = props
  const { onClick, ...rest } = native
  return (
    <button
      {...rest}
      ref={buttonRef ?? null}
      type={type}
      class={classes('button', `is-${kind}`, size && `is-${size}`, name)}
      aria-busy={busy ? 'true' : undefined}
      aria-disabled={busy ? 'true' : undefined}
      onClick={(event) => {
        if (busy) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {busy ? <Spinner label="" /> : icon && <Icon icon={icon} />}
      {children !== undefined && <span class="button-label">{children}</span>}
    </button>
  )
}
