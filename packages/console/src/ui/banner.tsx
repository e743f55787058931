import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide'
import type { ComponentChildren } from 'preact'
import { texts } from '../i18n/texts.ts'
import { Icon } from './icon.tsx'
import { IconButton } from './icon-button.tsx'
import { isShown } from './is-shown.ts'
import './banner.css'

const t = texts({ en: { dismiss: 'Dismiss' }, zh: { dismiss: '关闭提示' } })

const ICONS = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert } as const

interface BannerProps {
  /** Default: `info`. */
  readonly kind?: keyof typeof ICONS | undefined
  readonly title?: ComponentChildren
  readonly children?: ComponentChildren
  /** Buttons or links to act on the message. */
  readonly actions?: ComponentChildren
  readonly onDismiss?: (() => void) | undefined
  /** Announce the banner to screen readers when it appears, for results of what the user did. */
  readonly live?: boolean | undefined
}

/** A message about the page or a part of it. */
export function Banner({ kind = 'info', title, children, actions, onDismiss, live = false }: BannerProps) {
  const role = live ? (kind === 'danger' ? 'alert' : 'status') : undefined
  return (
    <div class={`banner is-${kind}`} role={role}>
      <Icon icon={ICONS[kind]} size={18} class="banner-icon" />
      <div class="banner-body">
        <div class="banner-words">
          {isShown(title) && <strong class="banner-title">{title}</strong>}
          {isShown(children) && <div>{children}</div>}
        </div>
        {isShown(actions) && <div class="banner-actions">{actions}</div>}
      </div>
      {onDismiss && <IconButton icon={X} label={t.dismiss} size="small" onClick={onDismiss} />}
    </div>
  )
}
