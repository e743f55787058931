import type { ComponentChildren } from 'preact'
import { classes } from './classes.ts'
import './stack.css'

/** Steps of the 8-pixel grid: 1 is 4 px, 2 is 8, 3 is 12, 4 is 16, 5 is 24, 6 is 32, 7 is 48. */
export type Gap = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

export interface StackProps {
  readonly children?: ComponentChildren
  /** 4 unless told. */
  readonly gap?: Gap | undefined
  readonly class?: string | undefined
}

/** Things below each other. */
export function Stack({ children, gap = 4, class: name }: StackProps) {
  return <div class={classes('stack', `gap-${gap}`, name)}>{children}</div>
}

export interface RowProps extends StackProps {
  /** `between` puts the last thing at the far end. */
  readonly justify?: 'start' | 'between' | 'end' | undefined
  /** `center` unless told. */
  readonly align?: 'start' | 'center' | 'end' | 'baseline' | 'stretch' | undefined
  readonly wrap?: boolean | undefined
}

/** Things beside each other; 2 is the gap unless told. */
export function Row({ children, gap = 2, justify, align = 'center', wrap = false, class: name }: RowProps) {
  return (
    <div class={classes('row', `gap-${gap}`, justify && `justify-${justify}`, `align-${align}`, wrap && 'wraps', name)}>
      {children}
    </div>
  )
}

/** Takes the room that is left in a Row. */
export function Spring() {
  return <span class="spring" />
}
