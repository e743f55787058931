import type { IconNode } from 'lucide'
import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'
import './badge.css'

export type Tone = 'neutral' | 'accent' | 'success' | 'warning' | 'danger'

export interface BadgeProps {
  readonly children?: ComponentChildren
  /** `neutral` unless told. The words have to say it too. */
  readonly tone?: Tone | undefined
  readonly icon?: IconNode | undefined
}

/** A word about a thing: its state, its kind, a count. */
export function Badge({ children, tone = 'neutral', icon }: BadgeProps) {
  return (
    <span class={`badge is-${tone}`}>
      {icon && <Icon icon={icon} size={12} />}
      {children}
    </span>
  )
}
