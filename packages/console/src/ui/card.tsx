import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { classes } from './classes.ts'
import { isShown } from './is-shown.ts'
import './card.css'

interface CardProps {
  readonly title?: ComponentChildren
  /** One sentence under the title. */
  readonly description?: ComponentChildren
  /** Buttons to the right of the title. */
  readonly actions?: ComponentChildren
  readonly children?: ComponentChildren
  /** No padding, for content that reaches the edges, such as a table. */
  readonly flush?: boolean | undefined
  readonly class?: string | undefined
}

/** A framed part of a page. With a title it is a region for screen readers. */
export function Card({ title, description, actions, children, flush = false, class: name }: CardProps) {
  const id = useId()
  return (
    <section class={classes('card', flush && 'is-flush', name)} aria-labelledby={isShown(title) ? id : undefined}>
      {(isShown(title) || isShown(actions)) && (
        <header class="card-head">
          <div class="card-words">
            {isShown(title) && <h2 id={id}>{title}</h2>}
            {isShown(description) && <p class="muted">{description}</p>}
          </div>
          {isShown(actions) && <div class="card-actions">{actions}</div>}
        </header>
      )}
      <div class="card-body">{children}</div>
    </section>
  )
}
