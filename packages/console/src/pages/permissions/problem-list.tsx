import type { Finding } from '@cloudstead/admin-api'
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide'
import { say } from '../../i18n/language.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { placeOf } from './place-in-text.ts'
import { t } from './text.ts'
import type { Check } from './use-check.ts'
import './problem-list.css'

const ICONS = { error: CircleAlert, warning: TriangleAlert, note: Info } as const

export interface ProblemListProps {
  /** The text that is being written. */
  readonly text: string
  readonly check: Check
  /** Goes to the place of a finding; without it they are only told. */
  readonly onShow?: ((finding: Finding) => void) | undefined
}

/** Every finding about the rules in words, each a way to its place. */
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
  const place = from === undefined ? undefined : placeOf(text, from)
  const words = (
    <>
      <Icon icon={ICONS[severity]} class={`is-${severity}`} />
      <span class="problem-words">
        <span class="only-read">{t[severity]}: </span>
        {say(message)}
        <span class="problem-place muted">
          {key !== undefined && <code>{key}</code>}
          {place !== undefined && <span class="numbers">{t.place(place.line, place.column)}</span>}
          {code !== 'invalid' && <code>{code}</code>}
        </span>
      </span>
    </>
  )
  if (onShow === undefined || from === undefined) return <div class="problem">{words}</div>
  return (
    <button type="button" class="problem" onClick={() => onShow(finding)}>
      {words}
    </button>
  )
}
