import type { ComponentChildren } from 'preact'
import { classes } from './classes.ts'
import './stack.css'

/** Steps in pixels: 1 is 4, 2 is 8, 3 is 12, 4 is 16, 5 is 24. */
type Gap = 1 | 2 | 3 | 4 | 5

interface StackProps {
  readonly children?: ComponentChildren
  /** Default: 4. */
  readonly gap?: Gap | undefined
  readonly class?: string | undefined
}

/** Elements below each other. */
export function Stack({ children, gap = 4, class: name }: StackProps) {
  return <div class={classes('stack', `gap-${gap}`, name)}>{children}</div>
}

interface RowProps extends StackProps {
  /** `between` puts the last element at the far end. */
  readonly justify?: 'between' | 'end' | undefined
  /** Default: `center`. */
  readonly align?: 'start' | 'center' | 'end' | undefined
  readonly wrap?: boolean | undefined
}

/** Elements beside each other. The default gap is 2. */
export function Row({ children, gap = 2, justify, align = 'center', wrap = false, class: name }: RowProps) {
  return (
    <div class={classes('row', `gap-${gap}`, justify && `justify-${justify}`, `align-${align}`, wrap && 'wraps', name)}>
      {children}
    </div>
  )
}

/** Takes the remaining space of a Row. */
export function Spring() {
  return <span class="spring" />
}
