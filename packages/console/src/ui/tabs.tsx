import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { nextIndex } from './move-focus.ts'
import './tabs.css'

export interface Tab<T extends string> {
  readonly id: T
  readonly label: ComponentChildren
}

export interface TabsProps<T extends string> {
  /** What the tabs choose between; read aloud. */
  readonly label: string
  readonly tabs: readonly Tab<T>[]
  readonly value: T
  readonly onChange: (id: T) => void
  /** What the chosen tab shows. */
  readonly children?: ComponentChildren
}

/** Views of the same thing. Arrows move between the tabs. */
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
