import type { ComponentChildren } from 'preact'

/** Whether something would be rendered: `condition && <X />` and an empty text are nothing. */
export function isShown(children: ComponentChildren): boolean {
  return children !== undefined && children !== null && children !== false && children !== ''
}
