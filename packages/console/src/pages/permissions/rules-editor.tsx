import type { Finding } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { completeRules, type RulesScope } from './completions.ts'
import { ProblemList } from './problem-list.tsx'
import { t } from './text.ts'
import type { Check } from './use-check.ts'
import './rules-editor.css'

interface RulesEditorProps {
  readonly text: string
  readonly onChange: (text: string) => void
  readonly check: Check
  readonly scope: RulesScope
  readonly onSave?: (() => void) | undefined
  readonly maxHeight?: number | undefined
}

/** An editor for rules, with the findings marked in the text and listed below it. */
export function RulesEditor({ text, onChange, check, scope, onSave, maxHeight }: RulesEditorProps) {
  const [reveal, setReveal] = useState<{ readonly from: number; readonly to: number }>()
  const show = ({ from = 0, to = from }: Finding) => setReveal({ from, to })
  return (
    <div class="rules-editor">
      <CodeEditor
        label={t.editor}
        value={text}
        onChange={onChange}
        lint={check.lint}
        complete={(current, position, explicit) => completeRules(current, position, explicit, scope)}
        colours="rules"
        minLines={9}
        maxHeight={maxHeight}
        onSave={onSave}
        reveal={reveal}
      />
      <ProblemList text={text} check={check} onShow={show} />
    </div>
  )
}
