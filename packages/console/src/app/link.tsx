import type { ComponentChildren } from 'preact'
import { navigate } from './navigation.ts'
import { addressOfTarget, type Target } from './route.ts'

interface LinkProps extends Target {
  readonly children?: ComponentChildren
  readonly class?: string | undefined
  readonly 'aria-current'?: 'page' | undefined
  readonly 'aria-label'?: string | undefined
  readonly onClick?: (() => void) | undefined
}

/** @example <Link to="storage" query={{ folder: 'users/' }}>users/</Link> */
export function Link({ to, path, query, children, onClick, ...rest }: LinkProps) {
  const target: Target = { to, path, query }
  return (
    <a
      {...rest}
      href={addressOfTarget(target)}
      onClick={(event) => {
        // The browser handles clicks that open a new tab or start a download.
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
        event.preventDefault()
        onClick?.()
        void navigate(target)
      }}
    >
      {children}
    </a>
  )
}
