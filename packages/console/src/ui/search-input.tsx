import { Search } from 'lucide'
import { useEffect, useRef, useState } from 'preact/hooks'
import { classes } from './classes.ts'
import { Icon } from './icon.tsx'

export interface SearchInputProps {
  readonly value: string
  /** Called when the reader pauses, or presses Enter. */
  readonly onSearch: (value: string) => void
  /** What is searched; read aloud, and the placeholder unless that is given. */
  readonly label: string
  readonly placeholder?: string | undefined
  readonly class?: string | undefined
}

/** Milliseconds after the last key before the search begins: less asks at every key, more feels slow. */
const PAUSE_MS = 250

/** Search while typing. Esc empties it. */
export function SearchInput({ value, onSearch, label, placeholder = label, class: name }: SearchInputProps) {
  const [typed, setTyped] = useState(value)
  const asked = useRef(value)
  const timer = useRef(0)
  const search = (text: string) => {
    clearTimeout(timer.current)
    if (text === asked.current) return
    asked.current = text
    onSearch(text)
  }
  useEffect(() => {
    // Only what others changed: an answer that comes late does not undo what was typed since.
    if (value === asked.current) return
    asked.current = value
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
