import type { IconNode } from 'lucide'
import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'
import { isShown } from './is-shown.ts'
import './empty-state.css'

interface EmptyStateProps {
  readonly icon: IconNode
  readonly title: ComponentChildren
  /** How to add something, or what else to look for. */
  readonly children?: ComponentChildren
  readonly actions?: ComponentChildren
}

/** Says that a list is empty, and what to do about it. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <div class="empty-state">
      <span class="empty-state-icon">
        <Icon icon={icon} size={24} />
      </span>
      <h3>{title}</h3>
      {isShown(children) && <div class="empty-state-words">{children}</div>}
      {isShown(actions) && <div class="empty-state-actions">{actions}</div>}
    </div>
  )
}
