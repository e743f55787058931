import { ChevronRight } from 'lucide'
import type { ComponentChildren } from 'preact'
import { Link } from '../app/link.tsx'
import type { Target } from '../app/route.ts'
import { Icon } from './icon.tsx'
import './breadcrumbs.css'

export interface Crumb extends Target {
  readonly key: string
  readonly label: ComponentChildren
}

export interface BreadcrumbsProps {
  /** Read aloud: what the crumbs lead through. */
  readonly label: string
  /** From the root to where one is; the last is no link. */
  readonly crumbs: readonly Crumb[]
}

/** The way from the root to here. */
export function Breadcrumbs({ label, crumbs }: BreadcrumbsProps) {
  return (
    <nav class="crumbs" aria-label={label}>
      <ol>
        {crumbs.map(({ key, label: name, ...target }, index) => (
          <li key={key}>
            {index > 0 && <Icon icon={ChevronRight} size={14} class="crumb-line" />}
            {index === crumbs.length - 1 ? (
              <span class="clip" aria-current="page">
                {name}
              </span>
            ) : (
              <Link {...target} class="clip">
                {name}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}
