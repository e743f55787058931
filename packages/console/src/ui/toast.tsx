import { signal } from '@preact/signals'
import { CircleAlert, CircleCheck } from 'lucide'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'
import './toast.css'

type ToastKind = 'success' | 'danger'
interface Shown {
  readonly id: number
  readonly text: string
  readonly kind: ToastKind
}

/** Milliseconds: long enough to read two lines. */
const STAY_MS = 5_000

const shown = signal<readonly Shown[]>([])
let lastId = 0

/** Shows a short message for a moment. Errors belong where they happened, as an ErrorNotice. */
export function toast(text: string, kind: ToastKind = 'success'): void {
  lastId++
  const id = lastId
  shown.value = [...shown.value.slice(-2), { id, text, kind }]
  setTimeout(() => {
    shown.value = shown.value.filter((one) => one.id !== id)
  }, STAY_MS)
}

/** Shows the toasts. The app has one. It is a popover, to be above dialogs too. */
export function ToastRegion() {
  const region = useRef<HTMLDivElement>(null)
  const { value } = shown
  useLayoutEffect(() => {
    region.current?.hidePopover()
    if (value.length > 0) region.current?.showPopover()
  }, [value])
  return (
    <div ref={region} class="toasts" popover="manual" role="status" aria-live="polite">
      {value.map(({ id, text, kind }) => (
        <p key={id} class={`toast is-${kind}`}>
          <Icon icon={kind === 'success' ? CircleCheck : CircleAlert} />
          <span class="wrap">{text}</span>
        </p>
      ))}
    </div>
  )
}
