import { type Element as GlassEaselElement, Event as GlassEaselEvent } from 'glass-easel'
import type { PhoneBackend } from './backend.ts'

/** A finger that rests this long is a long press, as in WeChat. */
const LONG_PRESS_MS = 350

/** A longer movement is a drag, not a tap. */
const TAP_DISTANCE = 10

interface Touch {
  readonly identifier: number
  readonly pageX: number
  readonly pageY: number
  readonly clientX: number
  readonly clientY: number
}

interface Press {
  readonly start: Touch
  readonly target: EventTarget | null
  readonly timer: number
  moved: boolean
  long: boolean
}

/**
 * Turns touches, mouse and keyboard into WeChat's events: touchstart, touchmove, touchend, touchcancel, tap, longpress and
 * longtap. Also forwards the ends of transitions and animations.
 */
export function forwardPointerEvents(screen: HTMLElement, backend: PhoneBackend): void {
  const presses = new Map<number, Press>()
  let last: Press | undefined

  const touchOf = (event: PointerEvent | MouseEvent): Touch => {
    const box = screen.getBoundingClientRect()
    const identifier = 'pointerId' in event && event.pointerType === 'touch' ? event.pointerId : 0
    const clientX = event.clientX - box.left
    const clientY = event.clientY - box.top
    const scrolled = event.target instanceof Element ? (event.target.closest('.page-scroller')?.scrollTop ?? 0) : 0
    return { identifier, clientX, clientY, pageX: clientX, pageY: clientY + scrolled }
  }

  const send = (type: string, original: Event, target: EventTarget | null, touch: Touch, isDown: boolean): void =>
    dispatch(
      type,
      original,
      target,
      { x: touch.pageX, y: touch.pageY },
      { touches: isDown ? [touch] : [], changedTouches: [touch] },
    )

  screen.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    const start = touchOf(event)
    const press: Press = {
      start,
      target: event.target,
      moved: false,
      long: false,
      timer: window.setTimeout(() => {
        // As in WeChat, no tap follows a long press that has a listener.
        press.long = backend.listensToLongPress(press.target)
        send('longpress', event, press.target, start, true)
        send('longtap', event, press.target, start, true)
      }, LONG_PRESS_MS),
    }
    presses.set(event.pointerId, press)
    last = press
    send('touchstart', event, event.target, start, true)
  })

  window.addEventListener('pointermove', (event) => {
    const press = presses.get(event.pointerId)
    if (press === undefined) return
    const touch = touchOf(event)
    if (Math.hypot(touch.clientX - press.start.clientX, touch.clientY - press.start.clientY) > TAP_DISTANCE) {
      press.moved = true
      clearTimeout(press.timer)
    }
    send('touchmove', event, press.target, touch, true)
  })

  const release = (type: string) => (event: PointerEvent) => {
    const press = presses.get(event.pointerId)
    if (press === undefined) return
    presses.delete(event.pointerId)
    clearTimeout(press.timer)
    send(type, event, press.target, touchOf(event), false)
  }
  window.addEventListener('pointerup', release('touchend'))
  window.addEventListener('pointercancel', release('touchcancel'))

  // The browser makes a click of every tap by finger, mouse or keyboard, and allows file dialogs in it.
  screen.addEventListener('click', (event) => {
    const press = event.detail === 0 ? undefined : last
    if (press?.moved === true || press?.long === true) return
    send('tap', event, event.target, touchOf(event), false)
  })

  for (const type of ['transitionend', 'animationstart', 'animationiteration', 'animationend'] as const) {
    screen.addEventListener(type, (event) => dispatch(type, event, event.target, {}, {}))
  }
}

function dispatch(
  type: string,
  original: Event,
  target: EventTarget | null,
  detail: object,
  extraFields: Record<string, unknown>,
): void {
  const element = elementAt(target)
  if (element === undefined) return
  const event = new GlassEaselEvent(type, detail, {
    bubbles: true,
    composed: true,
    capturePhase: true,
    originalEvent: original,
    extraFields,
  })
  GlassEaselEvent.dispatchEvent(element, event)
  if (event.defaultPrevented() && original.cancelable && original.type !== 'pointerdown') original.preventDefault()
}

/** The element of the program for a DOM node. */
function elementAt(target: EventTarget | null): GlassEaselElement | undefined {
  for (
    let node = target as (Node & { __wxElement?: GlassEaselElement }) | null;
    node !== null;
    node = node.parentNode
  ) {
    if (node.__wxElement !== undefined) return node.__wxElement
  }
  return undefined
}
