import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import './tooltip.css'

interface TooltipProps {
  readonly text: string
  readonly children: ComponentChildren
}

/** Pixels between the tooltip and its control, and between the tooltip and the edges of the window. */
const GAP = 6

/** Milliseconds that the pointer must rest on the control before the tooltip appears. */
const HOVER_MS = 350

/**
 * A text that appears at a control with the pointer or the focus. Screen readers do not read it, so the name of the
 * control must say the same. Esc hides it.
 */
export function Tooltip({ text, children }: TooltipProps) {
  const tip = useRef<HTMLSpanElement>(null)
  const timer = useRef(0)
  const place = (owner: HTMLElement) => {
    const box = owner.firstElementChild?.getBoundingClientRect()
    const shown = tip.current
    if (box === undefined || shown === null || !shown.isConnected) return
    shown.showPopover()
    const { width, height } = shown.getBoundingClientRect()
    const left = Math.min(Math.max(GAP, box.left + box.width / 2 - width / 2), innerWidth - width - GAP)
    const above = box.top - height - GAP
    shown.style.left = `${left}px`
    shown.style.top = `${above > GAP ? above : box.bottom + GAP}px`
  }
  const show = (event: Event, delay: number) => {
    const owner = event.currentTarget as HTMLElement
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => place(owner), delay)
  }
  const hide = () => {
    clearTimeout(timer.current)
    tip.current?.hidePopover()
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it watches the control inside
    <span
      class="tooltip-owner"
      onMouseEnter={(event) => show(event, HOVER_MS)}
      onMouseLeave={hide}
      onFocusCapture={(event) => {
        if ((event.target as HTMLElement).matches(':focus-visible')) show(event, 0)
      }}
      onBlurCapture={hide}
      onClickCapture={hide}
      onKeyDown={(event) => event.key === 'Escape' && hide()}
    >
      {children}
      <span ref={tip} class="tooltip" popover="manual" aria-hidden="true">
        {text}
      </span>
    </span>
  )
}
