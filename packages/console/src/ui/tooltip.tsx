import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import './tooltip.css'

export interface TooltipProps {
  readonly text: string
  readonly children: ComponentChildren
}

/** Pixels between the tip and what it is about, and between the tip and the edge of the window. */
const GAP = 6

/** Milliseconds that the pointer rests before the tip comes: it is not for those who pass. */
const HOVER_MS = 350

/**
 * Words that appear at a control under the pointer or the focus. They are not read aloud: what they say has to be in the
 * control's own name too. Esc hides them.
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
