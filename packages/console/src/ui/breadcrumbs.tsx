import { ChevronRight } from 'lucide'
import type { ComponentChildren } from 'preact'
import { Link } from '../app/link.tsx'
import type { Target } from '../app/route.ts'
import { Icon } from './icon.tsx'
import './breadcrumbs.css'

interface Crumb extends Target {
  readonly key: string
  readonly label: ComponentChildren
}

interface BreadcrumbsProps {
  /** For screen readers: what the path is made of. */
  readonly label: string
  /** From the root to the current place. The last one is not a link. */
  readonly crumbs: readonly Crumb[]
}

/** The path from the root to the current place. */
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
