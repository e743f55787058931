import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Completion } from './code-completion.ts'

/** The position of the text that the list belongs to, in pixels of the window. */
export interface Anchor {
  readonly left: number
  readonly top: number
  readonly bottom: number
}

interface SuggestionsProps {
  readonly id: string
  readonly label: string
  readonly anchor: Anchor
  readonly options: readonly Completion[]
  readonly chosen: number
  readonly onChoose: (option: Completion) => void
}

const COLOURS = {
  variable: 'syntax-variable',
  property: 'syntax-name',
  function: 'syntax-word',
  keyword: 'syntax-word',
  text: 'syntax-string',
} as const satisfies Record<NonNullable<Completion['kind']>, string>

/** Pixels between the list and the line, and between the list and the edges of the window. */
const GAP = 4

/** The list of completions. The field keeps the focus and points to the chosen option. */
export function CodeSuggestions({ id, label, anchor, options, chosen, onChoose }: SuggestionsProps) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const shown = box.current
    if (shown === null) return
    if (!shown.matches(':popover-open')) shown.showPopover()
    const { width, height } = shown.getBoundingClientRect()
    const below = anchor.bottom + GAP
    shown.style.left = `${Math.max(GAP, Math.min(anchor.left, innerWidth - width - GAP))}px`
    shown.style.top = `${below + height < innerHeight ? below : Math.max(GAP, anchor.top - height - GAP)}px`
    shown.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [anchor, options, chosen])
  const info = options[chosen]?.info
  return (
    <div ref={box} class="code-suggestions" popover="manual">
      <div class="code-options" id={id} role="listbox" aria-label={label}>
        {options.map((option, index) => (
          <div
            key={option.label}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseDown={(event) => {
              // The field keeps the focus.
              event.preventDefault()
              onChoose(option)
            }}
          >
            <code class={option.kind && COLOURS[option.kind]}>{option.label}</code>
            {option.detail !== undefined && <span class="muted">{option.detail}</span>}
          </div>
        ))}
      </div>
      {info !== undefined && <p class="code-suggestion-info">{info}</p>}
    </div>
  )
}
