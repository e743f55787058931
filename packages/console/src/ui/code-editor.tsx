import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { texts } from '../i18n/texts.ts'
import { classes } from './classes.ts'
import { type Completion, type Completions, matchingOptions } from './code-completion.ts'
import { type Edit, indent, newLine, type Selection } from './code-edit.ts'
import { type Diagnostic, paint } from './code-marks.ts'
import { CodePaint } from './code-paint.tsx'
import { type Anchor, CodeSuggestions } from './code-suggestions.tsx'
import { codeSpans, matchingBrackets } from './code-tokens.ts'
import { positionAt } from './text-position.ts'
import { useDiagnostics } from './use-diagnostics.ts'
import './code-editor.css'
import './syntax.css'

const t = texts({
  en: {
    keys: 'Tab indents. Press Esc and then Tab to leave the editor.',
    suggestions: 'Suggestions',
    line: (line: number) => `Line ${line}`,
    found: (errors: number, warnings: number) =>
      [
        errors > 0 && `${errors} ${errors === 1 ? 'error' : 'errors'}`,
        warnings > 0 && `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
      ]
        .filter((part) => part !== false)
        .join(', '),
    next: 'F8 goes to the next one',
  },
  zh: {
    keys: 'Tab 键缩进；先按 Esc 再按 Tab 可离开编辑器。',
    suggestions: '补全建议',
    line: (line) => `第 ${line} 行`,
    found: (errors, warnings) =>
      [errors > 0 && `${errors} 个错误`, warnings > 0 && `${warnings} 个警告`]
        .filter((part) => part !== false)
        .join('，'),
    next: '按 F8 跳到下一处',
  },
})

interface CodeEditorProps {
  /** The name for screen readers. */
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** Checks the text after a pause in typing. Answers for an older text are dropped. */
  readonly lint?: ((text: string) => Promise<readonly Diagnostic[]>) | undefined
  /** The completions at a position. Called while typing, and on Ctrl+Space with `explicit`. */
  readonly complete?: ((text: string, position: number, explicit: boolean) => Completions | undefined) | undefined
  /** `json` by default; `rules` colours the expressions inside strings too. */
  readonly colours?: 'json' | 'rules' | undefined
  readonly minLines: number
  /** Pixels. Longer texts scroll. */
  readonly maxHeight?: number | undefined
  /** Called on Ctrl+S. */
  readonly onSave?: (() => void) | undefined
  /** The id of an element that describes the field, such as an error. */
  readonly describedBy?: string | undefined
  /** A part of the text to select and focus. Once for each object. */
  readonly reveal?: Selection | undefined
}

interface Suggested {
  readonly anchor: Anchor
  readonly from: number
  readonly options: readonly Completion[]
  readonly chosen: number
}

/** Characters. Longer texts are shown without colours, because painting would slow down typing. */
const MAX_PAINTED = 60_000

/** The height of a line in pixels, as in code-editor.css. */
const LINE = 20

/**
 * An editor for rules and JSON: a plain text field over a painted copy of its text, so that undo, input methods and
 * screen readers work as in any field. Tab indents, Esc and then Tab leaves, F8 goes to the next diagnostic.
 */
export function CodeEditor(props: CodeEditorProps) {
  const { label, value, onChange, lint, complete, colours = 'json', minLines } = props
  const field = useRef<HTMLTextAreaElement>(null)
  const painted = useRef<HTMLDivElement>(null)
  const [cursor, setCursor] = useState(0)
  const [focused, setFocused] = useState(false)
  const [leaving, setLeaving] = useState(false)
  const [suggested, setSuggested] = useState<Suggested>()
  const id = useId()
  const diagnostics = useDiagnostics(value, lint)
  const isPainted = value.length <= MAX_PAINTED
  const spans = useMemo(() => (isPainted ? codeSpans(value, colours === 'rules') : []), [value, colours])
  const brackets = useMemo(
    () => (isPainted && focused ? (matchingBrackets(value, cursor) ?? []) : []),
    [value, cursor, focused],
  )
  const lines = useMemo(
    () => (isPainted ? paint(value, spans, diagnostics, brackets) : []),
    [value, spans, diagnostics, brackets],
  )

  useEffect(() => {
    const follow = () => {
      if (document.activeElement === field.current) setCursor(field.current?.selectionEnd ?? 0)
    }
    document.addEventListener('selectionchange', follow)
    return () => document.removeEventListener('selectionchange', follow)
  }, [])

  const selection = (): Selection => ({
    from: field.current?.selectionStart ?? 0,
    to: field.current?.selectionEnd ?? 0,
  })

  /** Uses the browser's own command, so that undo works. */
  const apply = ({ from, to, insert, select }: Edit) => {
    const { current } = field
    if (current === null) return
    current.setSelectionRange(from, to)
    document.execCommand(insert === '' ? 'delete' : 'insertText', false, insert)
    current.setSelectionRange(select.from, select.to)
  }

  const suggest = (explicit: boolean) => {
    const { current } = field
    if (current === null || complete === undefined) return
    const { from: start, to: position } = selection()
    const found = start === position ? complete(current.value, position, explicit) : undefined
    const options = found === undefined ? [] : matchingOptions(found.options, current.value.slice(found.from, position))
    const anchor = found === undefined ? undefined : anchorAt(painted.current, current.value, found.from)
    if (found === undefined || anchor === undefined || options.length === 0) return setSuggested(undefined)
    setSuggested({ anchor, from: found.from, options, chosen: 0 })
  }

  const choose = ({ label: name, apply: text = name }: Completion) => {
    if (suggested === undefined) return
    const end = suggested.from + text.length
    apply({ from: suggested.from, to: selection().to, insert: text, select: { from: end, to: end } })
    setSuggested(undefined)
  }

  const goTo = (part: Selection | undefined) => {
    const { current } = field
    if (part === undefined || current === null) return
    current.focus({ preventScroll: true })
    current.setSelectionRange(part.from, part.to)
    // The field is as high as its text and does not scroll by itself.
    const { line } = positionAt(current.value, part.from)
    painted.current?.children[line - 1]?.scrollIntoView({ block: 'nearest' })
  }
  const { reveal } = props
  useEffect(() => goTo(reveal), [reveal])

  /** Handles a key for the list of suggestions. Returns whether it did. */
  const inSuggestions = (key: string): boolean => {
    if (suggested === undefined) return false
    const { options, chosen } = suggested
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setSuggested({ ...suggested, chosen: (chosen + step + options.length) % options.length })
    else if (key === 'Enter' || key === 'Tab') {
      const option = options[chosen]
      if (option !== undefined) choose(option)
    } else if (key === 'Escape') setSuggested(undefined)
    else return false
    return true
  }

  const onKeyDown = (event: KeyboardEvent) => {
    // During composition the keys belong to the input method.
    if (event.isComposing) return
    const { key } = event
    const command = event.ctrlKey || event.metaKey
    const taken = () => {
      event.preventDefault()
      event.stopPropagation()
    }
    setLeaving(key === 'Escape')
    if (!command && !event.shiftKey && inSuggestions(key)) {
      taken()
      setLeaving(false)
    } else if (key === ' ' && event.ctrlKey) {
      taken()
      suggest(true)
    } else if (key === 's' && command && props.onSave !== undefined) {
      taken()
      props.onSave()
    } else if (key === 'F8') {
      taken()
      const sorted = diagnostics.toSorted((a, b) => a.from - b.from)
      goTo(sorted.find(({ from }) => from > selection().from) ?? sorted[0])
    } else if (command || event.altKey) return
    else if (key === 'Enter') {
      taken()
      apply(newLine(value, selection()))
    } else if (key === 'Tab' && !leaving) {
      taken()
      apply(indent(value, selection(), event.shiftKey))
    }
  }

  const atCursor = diagnostics.filter(({ from, to }) => from <= cursor && cursor <= Math.max(to, from + 1))
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length
  const style = {
    '--min-height': `${minLines * LINE + 16}px`,
    '--max-height': props.maxHeight === undefined ? 'none' : `${props.maxHeight}px`,
    '--digits': `${Math.max(2, String(lines.length).length)}ch`,
  }
  return (
    <div class="code-editor" style={style}>
      <div class="code-scroller" onScroll={() => setSuggested(undefined)}>
        <div class={isPainted ? 'code-body' : 'code-body is-unpainted'}>
          {isPainted && <CodePaint lines={lines} box={painted} />}
          <textarea
            ref={field}
            class="code-field"
            aria-label={label}
            aria-describedby={classes(`${id}-note ${id}-keys`, props.describedBy)}
            aria-invalid={errors > 0 ? 'true' : undefined}
            aria-autocomplete={complete === undefined ? undefined : 'list'}
            aria-controls={suggested === undefined ? undefined : `${id}-list`}
            aria-activedescendant={suggested === undefined ? undefined : `${id}-list-${suggested.chosen}`}
            value={value}
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
            onInput={(event) => {
              const { value: typed, selectionEnd } = event.currentTarget
              setCursor(selectionEnd)
              onChange(typed)
              if (/[\w.$"']/.test(typed[selectionEnd - 1] ?? '')) suggest(false)
              else setSuggested(undefined)
            }}
            onKeyDown={onKeyDown}
            onPointerDown={() => setSuggested(undefined)}
            onFocus={() => setFocused(true)}
            onBlur={() => {
              setFocused(false)
              setSuggested(undefined)
            }}
            onPointerMove={(event) => {
              const over = diagnosticUnder(painted.current, event.clientX, event.clientY)
              event.currentTarget.title = (over === undefined ? undefined : diagnostics[over]?.message) ?? ''
            }}
          />
        </div>
      </div>
      <div id={`${id}-note`} class="code-note" role="status" hidden={diagnostics.length === 0}>
        {(focused ? atCursor : []).map(({ from, severity, message }) => (
          <p key={`${from} ${message}`} class={`is-${severity}`}>
            {t.line(positionAt(value, from).line)}: {message}
          </p>
        ))}
        {diagnostics.length > 0 && (!focused || atCursor.length === 0) && (
          <p class="muted">{[t.found(errors, warnings), t.next].filter((part) => part !== '').join(' · ')}</p>
        )}
      </div>
      <span id={`${id}-keys`} class="only-read">
        {t.keys}
      </span>
      {suggested !== undefined && (
        <CodeSuggestions
          id={`${id}-list`}
          label={t.suggestions}
          anchor={suggested.anchor}
          options={suggested.options}
          chosen={suggested.chosen}
          onChoose={choose}
        />
      )}
    </div>
  )
}

/** Where an offset of the text is in the window, found in the painted copy. */
function anchorAt(box: HTMLElement | null, text: string, position: number): Anchor | undefined {
  const before = text.slice(0, position).split('\n')
  const line = box?.children[before.length - 1]
  if (line === undefined) return undefined
  let rest = before.at(-1)?.length ?? 0
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT)
  while (walker.nextNode() !== null) {
    const { length } = walker.currentNode as Text
    if (rest <= length) {
      const range = document.createRange()
      range.setStart(walker.currentNode, rest)
      return range.getBoundingClientRect()
    }
    rest -= length
  }
  return undefined
}

/** The diagnostic under the pointer. The field covers the painted marks, so they are found by their positions. */
function diagnosticUnder(box: HTMLElement | null, x: number, y: number): number | undefined {
  const marks = box?.querySelectorAll<HTMLElement>('[data-diagnostic]') ?? []
  for (const mark of marks) {
    for (const { left, right, top, bottom } of mark.getClientRects()) {
      if (x >= left && x <= right && y >= top && y <= bottom) return Number(mark.dataset.diagnostic)
    }
  }
  return undefined
}
