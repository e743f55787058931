import { EllipsisVertical, type IconNode } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useId, useRef, useState } from 'preact/hooks'
import { Button, type ButtonProps } from './button.tsx'
import { classes } from './classes.ts'
import { Icon } from './icon.tsx'
import { nextIndex } from './next-index.ts'
import { Tooltip } from './tooltip.tsx'
import './menu.css'

export interface MenuItem {
  readonly label: string
  readonly icon?: IconNode | undefined
  readonly onSelect: () => void
  readonly danger?: boolean | undefined
  readonly disabled?: boolean | undefined
  /** For an item of a choice: whether it is the current one. */
  readonly checked?: boolean | undefined
}

interface MenuProps {
  /** The name for screen readers, and the tooltip of a button without words. */
  readonly label: string
  /** A string is a heading, `'-'` a separator. */
  readonly items: readonly (MenuItem | string)[]
  /** Default: three dots, if there are no words. */
  readonly icon?: IconNode | undefined
  /** Words on the button. Without them it is square. */
  readonly children?: ComponentChildren
  readonly kind?: ButtonProps['kind']
  readonly size?: 'small' | undefined
  readonly tabIndex?: number | undefined
}

/** Pixels between a menu and its button, and between a menu and the edges of the window. */
const GAP = 4

/** A button that opens a menu. Arrow keys, Home, End and first letters move in it; Esc and Tab leave it. */
export function Menu({ label, items, icon, children, kind = 'quiet', size, tabIndex }: MenuProps) {
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const entries = () => [...(list.current?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? [])]
  const show = (last = false) => {
    const shown = list.current
    const box = button.current?.getBoundingClientRect()
    if (shown === null || box === undefined) return
    shown.showPopover()
    const { width, height } = shown.getBoundingClientRect()
    const below = box.bottom + GAP
    const top = below + height < innerHeight - GAP ? below : Math.max(GAP, box.top - height - GAP)
    const left = box.left + width < innerWidth - GAP ? box.left : Math.max(GAP, box.right - width)
    shown.style.top = `${top}px`
    shown.style.left = `${left}px`
    entries()
      .at(last ? -1 : 0)
      ?.focus()
  }
  const hide = (refocus: boolean) => {
    list.current?.hidePopover()
    if (refocus) button.current?.focus()
  }
  const trigger = (
    <Button
      buttonRef={button}
      kind={kind}
      size={size}
      icon={icon ?? (children === undefined ? EllipsisVertical : undefined)}
      tabIndex={tabIndex}
      class={classes(children === undefined && 'is-square')}
      aria-label={children === undefined ? label : undefined}
      aria-haspopup="menu"
      aria-expanded={open}
      aria-controls={id}
      onClick={(event) => {
        event.stopPropagation()
        if (open) hide(true)
        else show()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
        event.preventDefault()
        event.stopPropagation()
        show(event.key === 'ArrowUp')
      }}
    >
      {children}
    </Button>
  )
  return (
    <>
      {children === undefined ? <Tooltip text={label}>{trigger}</Tooltip> : trigger}
      <div
        ref={list}
        id={id}
        class="menu"
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        onToggle={(event) => setOpen(event.newState === 'open')}
        onClick={(event) => event.stopPropagation()}
        onDblClick={(event) => event.stopPropagation()}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.key === 'Tab') return hide(true)
          if (event.key === 'Escape') {
            event.preventDefault()
            return hide(true)
          }
          const all = entries()
          const at = all.indexOf(document.activeElement as HTMLButtonElement)
          const next =
            nextIndex(event.key, at, all.length, 'vertical') ??
            matching(
              all.map((entry) => entry.textContent),
              event.key,
              at,
            )
          if (next === undefined) return
          event.preventDefault()
          all[next]?.focus()
        }}
      >
        {items.map((item, index) =>
          item === '-' ? (
            <hr key={index} />
          ) : typeof item === 'string' ? (
            <p key={item} class="menu-title" role="presentation">
              {item}
            </p>
          ) : (
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: only items of a choice are checked
            <button
              key={item.label}
              type="button"
              role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={item.checked}
              tabIndex={-1}
              class={classes('menu-item', item.danger && 'is-danger')}
              disabled={item.disabled}
              onClick={() => {
                hide(true)
                item.onSelect()
              }}
            >
              {item.icon === undefined ? null : <Icon icon={item.icon} />}
              <span>{item.label}</span>
            </button>
          ),
        )}
      </div>
    </>
  )
}

/** The next item that starts with the typed letter. */
function matching(labels: readonly (string | null)[], key: string, at: number): number | undefined {
  if (key.length !== 1 || key === ' ') return undefined
  const found = labels
    .map((_, step) => (at + 1 + step) % labels.length)
    .find((index) => labels[index]?.toLowerCase().startsWith(key.toLowerCase()))
  return found
}
