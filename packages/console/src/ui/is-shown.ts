import type { ComponentChildren } from 'preact'

/** Whether anything would be rendered: not for `false && <X />` or an empty string. */
export function isShown(children: ComponentChildren): boolean {
  return children !== undefined && children !== null && children !== false && children !== ''
}
