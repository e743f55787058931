import type { IconNode } from 'lucide'
import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'
import './badge.css'

export type Tone = 'neutral' | 'accent' | 'success' | 'warning' | 'danger'

interface BadgeProps {
  readonly children?: ComponentChildren
  /** Default: `neutral`. The text must carry the meaning too. */
  readonly tone?: Tone | undefined
  readonly icon?: IconNode | undefined
}

/** A short label: a state, a kind, a count. */
export function Badge({ children, tone = 'neutral', icon }: BadgeProps) {
  return (
    <span class={`badge is-${tone}`}>
      {icon && <Icon icon={icon} size={12} />}
      {children}
    </span>
  )
}
