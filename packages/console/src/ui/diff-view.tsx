import { texts } from '../i18n/texts.ts'
import { diffLines } from './diff.ts'
import './diff-view.css'

const t = texts({
  en: { same: 'No differences.', added: 'added', removed: 'removed' },
  zh: { same: '没有差异。', added: '新增', removed: '删除' },
})

interface DiffViewProps {
  /** The name for screen readers. */
  readonly label: string
  readonly before: string
  readonly after: string
}

const SIGNS = { same: ' ', removed: '−', added: '+' } as const

/** The differences between two texts, line by line. */
export function DiffView({ label, before, after }: DiffViewProps) {
  const found = diffLines(before, after)
  if (found.every(({ kind }) => kind === 'same')) return <p class="muted">{t.same}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard
    <div class="diff" role="group" tabIndex={0} aria-label={label}>
      <table>
        <tbody>
          {found.map(({ kind, text, before: left, after: right }) => (
            <tr key={`${left ?? ''}/${right ?? ''}`} class={`is-${kind}`}>
              <td class="diff-number">{left}</td>
              <td class="diff-number">{right}</td>
              <td class="diff-sign">
                <span aria-hidden="true">{SIGNS[kind]}</span>
                {kind !== 'same' && <span class="only-read">{t[kind]}</span>}
              </td>
              <td class="diff-text">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
