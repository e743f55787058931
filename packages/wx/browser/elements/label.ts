import type { ShadowedEvent } from 'glass-easel'
import { defineElement, partsOf } from './define.ts'
import { sharedEvent } from './touch.ts'

/** Taps that a control has handled, so that its label does not handle them again. */
const acted = new WeakSet<object>()

/** Called by a control for a tap on itself. */
export function labelIgnores(event: ShadowedEvent<unknown>): void {
  acted.add(sharedEvent(event))
}

export const label = defineElement({
  tag: 'label',
  properties: { for: '' },
  create(self) {
    self.on('tap', (event) => {
      if (acted.has(sharedEvent(event))) return
      acted.add(sharedEvent(event))
      const id = self.props.for
      const target = id === '' ? firstControl(self.dom) : self.node.ownerShadowRoot?.getElementById(id)?.$$
      if (target instanceof Element) partsOf(target)?.activate?.()
    })
    return {}
  },
})

function firstControl(dom: Element): Element | undefined {
  return [...dom.querySelectorAll('*')].find((element) => partsOf(element)?.activate !== undefined)
}
