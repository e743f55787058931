/** The editor proper. Only CodeEditor imports it, and only when it is needed. */
import { autocompletion, type CompletionResult, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { linter, lintGutter, lintKeymap } from '@codemirror/lint'
import { Compartment, EditorState, type Extension, RangeSetBuilder } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'
import type { Language } from '../i18n/language.ts'
import type { CodeEditorProps } from './code-editor.tsx'
import { type CodeColour, codeSpans, matchingBrackets } from './code-tokens.ts'

export interface CodeMirrorHandle {
  /** Makes the editor show these properties; the cursor and the history stay. */
  update(props: CodeEditorProps, language: Language): void
  /** Selects a part of the text and moves the focus there. */
  reveal(from: number, to: number): void
  destroy(): void
}

/** Milliseconds after the last key before the text is judged. */
const LINT_PAUSE_MS = 300

const PHRASES_ZH = { 'No diagnostics': '没有问题', Diagnostics: '问题', Completions: '补全建议' }

/** @param latest the properties that hold now; its functions are called as they are then */
export function createCodeMirror(parent: HTMLElement, latest: () => CodeEditorProps): CodeMirrorHandle {
  const changing = new Compartment()
  let spoken: Language = 'en'
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: latest().value,
      extensions: [
        history(),
        lineNumbers(),
        drawSelection(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        EditorState.tabSize.of(2),
        colours(latest),
        matching,
        latest().lint === undefined
          ? []
          : [lintGutter(), linter((shown) => judged(shown, latest), { delay: LINT_PAUSE_MS })],
        latest().complete === undefined ? [] : completing(latest),
        keymap.of([
          {
            key: 'Mod-s',
            run: () => {
              latest().onSave?.()
              return latest().onSave !== undefined
            },
          },
          ...completionKeymap,
          ...lintKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest().onChange?.(update.state.doc.toString())
        }),
        changing.of(changeable(latest(), spoken)),
      ],
    }),
  })
  return {
    update(props, language) {
      const now = view.state.doc.toString()
      spoken = language
      view.dispatch({
        ...(now === props.value ? {} : { changes: { from: 0, to: now.length, insert: props.value } }),
        effects: changing.reconfigure(changeable(props, spoken)),
      })
    },
    reveal(from, to) {
      const { length } = view.state.doc
      const selection = { anchor: Math.min(from, length), head: Math.min(to, length) }
      view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: 'center' }) })
      view.focus()
    },
    destroy: () => view.destroy(),
  }
}

/** What can change while the editor is open. */
function changeable({ label, readOnly = false, placeholder: hint, describedBy }: CodeEditorProps, spoken: Language) {
  return [
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({
      'aria-label': label,
      ...(describedBy === undefined ? {} : { 'aria-describedby': describedBy }),
    }),
    hint === undefined ? [] : placeholder(hint),
    spoken === 'zh' ? EditorState.phrases.of(PHRASES_ZH) : [],
  ]
}

async function judged(view: EditorView, latest: () => CodeEditorProps) {
  const { length } = view.state.doc
  const found = (await latest().lint?.(view.state.doc.toString())) ?? []
  return found.map(({ from, to, severity, message }) => {
    const begin = Math.min(Math.max(0, from), length)
    return { from: begin, to: Math.min(Math.max(begin, to), length), severity, message }
  })
}

function completing(latest: () => CodeEditorProps): Extension {
  return autocompletion({
    icons: false,
    override: [
      ({ state, pos, explicit }): CompletionResult | null => {
        const found = latest().complete?.(state.doc.toString(), pos, explicit)
        if (found === undefined) return null
        return {
          from: found.from,
          options: found.options.map(({ label, detail, info, apply, kind }) => ({
            label,
            ...(detail === undefined ? {} : { detail }),
            ...(info === undefined ? {} : { info }),
            ...(apply === undefined ? {} : { apply }),
            ...(kind === undefined ? {} : { type: kind }),
          })),
        }
      },
    ],
  })
}

const MARKS: Readonly<Record<CodeColour, Decoration>> = {
  name: Decoration.mark({ class: 'code-name' }),
  string: Decoration.mark({ class: 'code-string' }),
  number: Decoration.mark({ class: 'code-number' }),
  word: Decoration.mark({ class: 'code-word' }),
  comment: Decoration.mark({ class: 'code-comment' }),
  variable: Decoration.mark({ class: 'code-variable' }),
}

/** Characters beyond which colouring at every key would be felt. */
const MAX_COLOURED = 100_000

function colours(latest: () => CodeEditorProps): Extension {
  return decorations((state) => {
    const { colours: wanted = 'json' } = latest()
    if (wanted === 'none' || state.doc.length > MAX_COLOURED) return Decoration.none
    const builder = new RangeSetBuilder<Decoration>()
    for (const { from, to, colour } of codeSpans(state.doc.toString(), wanted === 'rules')) {
      builder.add(from, to, MARKS[colour])
    }
    return builder.finish()
  }, false)
}

const BRACKET = Decoration.mark({ class: 'cm-matching' })

const matching = decorations((state) => {
  const { main } = state.selection
  if (!main.empty || state.doc.length > MAX_COLOURED) return Decoration.none
  const pair = matchingBrackets(state.doc.toString(), main.head)
  if (pair === undefined) return Decoration.none
  return Decoration.set(
    pair.map((at) => BRACKET.range(at, at + 1)),
    true,
  )
}, true)

/** Decorations made anew from the state when the text, or with `bySelection` the cursor, has changed. */
function decorations(make: (state: EditorState) => DecorationSet, bySelection: boolean): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet

      constructor(view: EditorView) {
        this.decorations = make(view.state)
      }

      update(update: ViewUpdate) {
        if (update.docChanged || (bySelection && update.selectionSet)) this.decorations = make(update.state)
      }
    },
    { decorations: ({ decorations: made }) => made },
  )
}
