import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { language } from '../i18n/language.ts'
import type { CodeMirrorHandle } from './code-mirror.ts'
import './code-editor.css'

/** Something to say about a part of the text; offsets in UTF-16 code units. */
export interface Diagnostic {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
}

export interface Completion {
  readonly label: string
  /** A few words at its right. */
  readonly detail?: string | undefined
  /** A sentence beside the list. */
  readonly info?: string | undefined
  /** What is written instead of the label. */
  readonly apply?: string | undefined
  readonly kind?: 'variable' | 'property' | 'function' | 'keyword' | 'text' | undefined
}

export interface Completions {
  /** Where in the text begins what the completions replace. */
  readonly from: number
  readonly options: readonly Completion[]
}

export interface CodeEditorProps {
  /** Read aloud. */
  readonly label: string
  readonly value: string
  readonly onChange?: ((value: string) => void) | undefined
  readonly readOnly?: boolean | undefined
  readonly placeholder?: string | undefined
  /** What there is to say about the text; asked when the writer pauses. An answer to an older text is dropped. */
  readonly lint?: ((text: string) => Promise<readonly Diagnostic[]>) | undefined
  /** What could stand at a place; asked while typing, and by Ctrl+Space (`explicit`). */
  readonly complete?: ((text: string, position: number, explicit: boolean) => Completions | undefined) | undefined
  /** `json` unless told; `rules` colours the expressions inside of the texts too. */
  readonly colours?: 'json' | 'rules' | 'none' | undefined
  /** Lines it is high at least; 8 unless told. */
  readonly minLines?: number | undefined
  /** Pixels; it scrolls beyond them. */
  readonly maxHeight?: number | undefined
  /** Ctrl+S. */
  readonly onSave?: (() => void) | undefined
  /** The id of an element that says more, such as an error. */
  readonly describedBy?: string | undefined
  /** A part of the text to go to: selected and focused each time that another object is given. */
  readonly reveal?: { readonly from: number; readonly to: number } | undefined
}

/**
 * An editor for rules, JSON and queries. The editor proper is loaded when it is first needed; until then, and where it
 * cannot be loaded, it is a plain field with the same text. Tab indents; Esc and then Tab leaves.
 */
export function CodeEditor(props: CodeEditorProps) {
  const { label, value, onChange, readOnly = false, placeholder, minLines = 8, maxHeight, describedBy } = props
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<CodeMirrorHandle>(undefined)
  const latest = useRef(props)
  latest.current = props
  const [loaded, setLoaded] = useState(false)
  const id = useId()
  const spoken = language()

  useEffect(() => {
    let gone = false
    import('./code-mirror.ts').then(
      ({ createCodeMirror }) => {
        if (gone || host.current === null) return
        editor.current = createCodeMirror(host.current, () => latest.current)
        setLoaded(true)
      },
      () => {
        // The plain field stays.
      },
    )
    return () => {
      gone = true
      editor.current?.destroy()
    }
  }, [])

  useEffect(() => {
    editor.current?.update(latest.current, spoken)
  }, [value, readOnly, label, placeholder, describedBy, spoken, loaded])

  const { reveal } = props
  useEffect(() => {
    if (reveal !== undefined) editor.current?.reveal(reveal.from, reveal.to)
  }, [reveal])

  const style = {
    '--min-height': `${minLines * 20 + 18}px`,
    '--max-height': maxHeight === undefined ? 'none' : `${maxHeight}px`,
  }
  return (
    <div class="code-editor" style={style}>
      <div ref={host} class="code-host" hidden={!loaded} />
      {!loaded && (
        <textarea
          id={id}
          class="code-plain"
          aria-label={label}
          aria-describedby={describedBy}
          value={value}
          readOnly={readOnly}
          placeholder={placeholder}
          spellcheck={false}
          onInput={(event) => onChange?.(event.currentTarget.value)}
        />
      )}
    </div>
  )
}
