import type { Finding } from '@cloudstead/admin-api'
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide'
import { say } from '../../i18n/language.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { positionAt } from '../../ui/text-position.ts'
import { t } from './text.ts'
import type { Check } from './use-check.ts'
import './problem-list.css'

const ICONS = { error: CircleAlert, warning: TriangleAlert, note: Info } as const

interface ProblemListProps {
  /** The current text of the rules. */
  readonly text: string
  readonly check: Check
  /** Goes to the position of a finding. Without it the findings are not buttons. */
  readonly onShow?: ((finding: Finding) => void) | undefined
}

/** The findings of a check of the rules. A click on one goes to its position. */
export function ProblemList({ text, check, onShow }: ProblemListProps) {
  const { findings, error } = check
  const current = check.text === text
  if (error !== undefined) return <ErrorNotice error={error} />
  return (
    <section class="problems" aria-label={t.problems} aria-live="polite" aria-busy={!current}>
      {findings.length > 0 ? (
        <ul>
          {findings.map((finding) => (
            <li key={`${finding.code} ${finding.key} ${finding.from} ${finding.message.en}`}>
              <Problem finding={finding} text={check.text ?? text} onShow={onShow} />
            </li>
          ))}
        </ul>
      ) : (
        <p class="problems-none muted small">
          {check.text === undefined ? (
            t.checking
          ) : (
            <>
              <Icon icon={CircleCheck} class="is-fine" />
              {t.noProblems}
            </>
          )}
        </p>
      )}
    </section>
  )
}

function Problem({ finding, text, onShow }: { readonly finding: Finding } & Pick<ProblemListProps, 'text' | 'onShow'>) {
  const { severity, from, key, message, code } = finding
  const position = from === undefined ? undefined : positionAt(text, from)
  const content = (
    <>
      <Icon icon={ICONS[severity]} class={`is-${severity}`} />
      <span class="problem-words">
        <span class="only-read">{t[severity]}: </span>
        {say(message)}
        <span class="problem-place muted">
          {key !== undefined && <code>{key}</code>}
          {position !== undefined && <span class="numbers">{t.place(position.line, position.column)}</span>}
          {code !== 'invalid' && <code>{code}</code>}
        </span>
      </span>
    </>
  )
  if (onShow === undefined || from === undefined) return <div class="problem">{content}</div>
  return (
    <button type="button" class="problem" onClick={() => onShow(finding)}>
      {content}
    </button>
  )
}
