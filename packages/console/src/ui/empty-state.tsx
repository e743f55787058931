import type { IconNode } from 'lucide'
import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'
import { isShown } from './is-shown.ts'
import './empty-state.css'

export interface EmptyStateProps {
  readonly icon: IconNode
  readonly title: ComponentChildren
  /** How something gets here, or what else to look for. */
  readonly children?: ComponentChildren
  readonly actions?: ComponentChildren
}

/** There is nothing here, and what to do about it. */
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
