import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { nextIndex } from './next-index.ts'
import './tabs.css'

interface Tab<T extends string> {
  readonly id: T
  readonly label: ComponentChildren
}

interface TabsProps<T extends string> {
  /** The name for screen readers. */
  readonly label: string
  readonly tabs: readonly Tab<T>[]
  readonly value: T
  readonly onChange: (id: T) => void
  /** The content of the chosen tab. */
  readonly children?: ComponentChildren
}

/** Tabs with the content of the chosen one. Arrow keys move between the tabs. */
export function Tabs<T extends string>({ label, tabs, value, onChange, children }: TabsProps<T>) {
  const id = useId()
  const bar = useRef<HTMLDivElement>(null)
  const at = tabs.findIndex((tab) => tab.id === value)
  return (
    <div class="tabs">
      <div
        ref={bar}
        class="tab-bar"
        role="tablist"
        tabIndex={-1}
        aria-label={label}
        onKeyDown={(event) => {
          const next = nextIndex(event.key, at, tabs.length, 'horizontal')
          const tab = next === undefined ? undefined : tabs[next]
          if (tab === undefined || next === undefined) return
          event.preventDefault()
          onChange(tab.id)
          bar.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus()
        }}
      >
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            class="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === value ? 0 : -1}
            onClick={() => onChange(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </div>
  )
}
