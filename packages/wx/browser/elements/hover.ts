import { type ElementSelf, type Properties, setPassingClass } from './define.ts'
import { sharedEvent } from './touch.ts'

/** Attributes of elements that react to a finger on them. */
export const HOVER_PROPERTIES = {
  hoverClass: 'none',
  hoverStopPropagation: false,
  hoverStartTime: 50,
  hoverStayTime: 400,
} as const

/** Touches whose innermost element has `hover-stop-propagation`. */
const claimed = new WeakSet<object>()

/**
 * Adds `hover-class` while a finger is on the element. `ownClass` is the default hover class of the element, from WeChat's
 * own stylesheet; it has no component prefix.
 */
export function showHover<Props extends Properties & typeof HOVER_PROPERTIES>(
  self: ElementSelf<Props>,
  ownClass?: string,
  isOff: () => boolean = () => false,
): void {
  let timer = 0
  const props = self.props as { readonly [Name in keyof typeof HOVER_PROPERTIES]: unknown }
  const show = (shown: boolean): void => {
    const name = String(props.hoverClass)
    if (name === ownClass) self.dom.classList.toggle(name, shown)
    else setPassingClass(self.node, shown ? name : '')
  }
  self.on('touchstart', (event) => {
    if (claimed.has(sharedEvent(event))) return
    if (props.hoverStopPropagation === true) claimed.add(sharedEvent(event))
    if (props.hoverClass === 'none' || props.hoverClass === '' || isOff()) return
    clearTimeout(timer)
    timer = window.setTimeout(() => show(true), Number(props.hoverStartTime))
  })
  const end = (): void => {
    if (props.hoverClass === 'none') return
    clearTimeout(timer)
    timer = window.setTimeout(() => show(false), Number(props.hoverStayTime))
  }
  self.on('touchend', end)
  self.on('touchcancel', end)
  self.on('touchmove', () => {
    if (!self.dom.matches(':hover')) end()
  })
}
