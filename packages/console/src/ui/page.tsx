import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { session, signedInHere } from '../app/session.ts'
import { classes } from './classes.ts'
import { isShown } from './is-shown.ts'
import './page.css'

interface PageProps {
  readonly title: string
  /** What the page is for, in one or two sentences. */
  readonly description?: ComponentChildren
  /** Buttons to the right of the title. */
  readonly actions?: ComponentChildren
  readonly children?: ComponentChildren
  /** The page fills the window, and its parts scroll by themselves. For long lists. */
  readonly fill?: boolean | undefined
}

/** The frame of every page: sets the window title, and moves the focus to the heading after navigation. */
export function Page({ title, description, actions, children, fill = false }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const env = session()?.env
  useLayoutEffect(() => {
    document.title = [title, env, 'Cloudstead'].filter((part) => part !== undefined).join(' · ')
  }, [title, env])
  useLayoutEffect(() => {
    // The browser places the focus on the first load. After that, keyboard users continue at the heading.
    if (navigated || signedInHere()) heading.current?.focus({ preventScroll: true })
    navigated = true
  }, [])
  return (
    <div class={classes('page', fill && 'is-filling')}>
      <header class="page-head">
        <div class="page-words">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {isShown(description) && <p class="muted">{description}</p>}
        </div>
        {isShown(actions) && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** Whether a page was shown before this one. */
let navigated = false
