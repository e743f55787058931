import { Search } from 'lucide'
import { useEffect, useRef, useState } from 'preact/hooks'
import { classes } from './classes.ts'
import { Icon } from './icon.tsx'

export interface SearchInputProps {
  readonly value: string
  /** Called after a pause in typing, and on Enter. */
  readonly onSearch: (value: string) => void
  /** The name for screen readers. */
  readonly label: string
  readonly placeholder: string
  readonly class?: string | undefined
}

/** Milliseconds after the last key before the search starts. Less would search at every key, more would feel slow. */
const PAUSE_MS = 250

/** Searches while the user types. Esc clears the field. */
export function SearchInput({ value, onSearch, label, placeholder, class: name }: SearchInputProps) {
  const [typed, setTyped] = useState(value)
  const searched = useRef(value)
  const timer = useRef(0)
  const search = (text: string) => {
    clearTimeout(timer.current)
    if (text === searched.current) return
    searched.current = text
    onSearch(text)
  }
  useEffect(() => {
    // Only changes from outside: a late render must not undo what was typed since.
    if (value === searched.current) return
    searched.current = value
    setTyped(value)
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <div class={classes('search', name)}>
      <Icon icon={Search} />
      <input
        type="search"
        class="input"
        value={typed}
        placeholder={placeholder}
        aria-label={label}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => {
          const text = event.currentTarget.value
          setTyped(text)
          clearTimeout(timer.current)
          timer.current = window.setTimeout(() => search(text), PAUSE_MS)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search(event.currentTarget.value)
        }}
      />
    </div>
  )
}
