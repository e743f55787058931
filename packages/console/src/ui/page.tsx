import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { session, signedInHere } from '../app/session.ts'
import { classes } from './classes.ts'
import { isShown } from './is-shown.ts'
import './page.css'

export interface PageProps {
  readonly title: string
  /** One or two sentences: what one does here. */
  readonly description?: ComponentChildren
  /** Buttons at the right of the title. */
  readonly actions?: ComponentChildren
  readonly children?: ComponentChildren
  /** The page fills the window and its parts scroll by themselves, as lists of any length do. */
  readonly fill?: boolean | undefined
}

/** The frame of every page: its heading, which takes the focus after navigation, and the title of the window. */
export function Page({ title, description, actions, children, fill = false }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const env = session()?.env
  useLayoutEffect(() => {
    document.title = [title, env, 'Cloudstead'].filter((part) => part !== undefined).join(' · ')
  }, [title, env])
  useLayoutEffect(() => {
    // On the first load the focus is the browser's; after it, whoever navigated by keyboard goes on here.
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

/** Whether a page has been shown before this one. */
let navigated = false
