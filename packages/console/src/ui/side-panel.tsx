import { X } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import { texts } from '../i18n/texts.ts'
import { classes } from './classes.ts'
import { IconButton } from './icon-button.tsx'
import { isShown } from './is-shown.ts'
import './side-panel.css'

const t = texts({ en: { close: 'Close the panel' }, zh: { close: '关闭面板' } })

/** Elements in the list in which Esc has another meaning. */
const OTHERS_ESC = 'dialog, [popover], input:not([type=checkbox]), textarea, select'

interface SidePanelProps {
  readonly title: ComponentChildren
  readonly onClose: () => void
  /** Buttons at the foot, which stays visible. */
  readonly actions?: ComponentChildren
  readonly children?: ComponentChildren
  /** 480 instead of 360 pixels. */
  readonly wide?: boolean | undefined
}

/**
 * Details beside a list that stays usable. Put both into a `<SplitView>`. On a phone the panel covers the window. Esc
 * closes it, from the panel and from the list, except in text fields. For modal work use `<Dialog side>`.
 */
export function SidePanel({ title, onClose, actions, children, wide = false }: SidePanelProps) {
  const id = useId()
  const panel = useRef<HTMLElement>(null)
  const close = useRef(onClose)
  close.current = onClose
  useEffect(() => {
    const list = panel.current?.closest('.split-view')
    const onKey = (event: Event) => {
      const { target } = event
      if (!(event instanceof KeyboardEvent) || event.key !== 'Escape' || event.defaultPrevented) return
      if (!(target instanceof Element) || target.closest(OTHERS_ESC) !== null) return
      close.current()
    }
    list?.addEventListener('keydown', onKey)
    return () => list?.removeEventListener('keydown', onKey)
  }, [])
  useLayoutEffect(() => {
    const before = document.activeElement
    // On a phone it covers the list, so the focus must not stay there.
    if (matchMedia('(max-width: 719px)').matches) panel.current?.focus()
    return () => {
      if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected)
        before.focus()
    }
  }, [])
  return (
    <aside
      ref={panel}
      class={classes('side-panel', wide && 'is-wide')}
      aria-labelledby={id}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.stopPropagation()
        onClose()
      }}
    >
      <header class="side-panel-head">
        <h2 id={id} class="wrap">
          {title}
        </h2>
        <IconButton icon={X} label={t.close} onClick={onClose} />
      </header>
      <div class="side-panel-body">{children}</div>
      {isShown(actions) && <footer class="side-panel-foot">{actions}</footer>}
    </aside>
  )
}

/** A list and a SidePanel beside it. For pages that fill the window. */
export function SplitView({ children }: { readonly children?: ComponentChildren }) {
  return <div class="split-view">{children}</div>
}
