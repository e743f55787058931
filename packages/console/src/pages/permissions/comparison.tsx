import type { Person } from '@cloudstead/admin-api'
import { ShieldCheck, ShieldX } from 'lucide'
import { call, type Input } from '../../api/index.ts'
import { classes } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'
import { t } from './text.ts'
import { useDecision } from './use-decision.ts'
import './comparison.css'

type Question = Input<'simulateRules'>['body']

interface ComparisonProps {
  /** Undefined while there is nothing to ask. */
  readonly question: Question | undefined
  /** The id of the owner, when the question shows it. */
  readonly owner: string | undefined
}

/** A user with a custom id. */
const named = (id: string): Person => ({ uid: id, customUserId: id, loginType: 'CUSTOM' })

/** The same request by the owner, a stranger, an anonymous user and nobody, side by side. */
export function Comparison({ question, owner }: ComparisonProps) {
  return (
    <section aria-label={t.sameFor}>
      <h3 class="small">{t.sameFor}</h3>
      <ul class="comparison">
        {owner !== undefined && <Answer who={t.owner(owner)} question={question} as={named(owner)} />}
        <Answer who={t.stranger} question={question} as={named('stranger')} />
        <Answer who={t.anonymous} question={question} as={{ uid: 'anonymous-user', loginType: 'ANONYMOUS' }} />
        <Answer who={t.nobody} question={question} as={null} />
      </ul>
    </section>
  )
}

interface AnswerProps extends Pick<ComparisonProps, 'question'> {
  readonly who: string
  readonly as: Person | null
}

function Answer({ who, question, as }: AnswerProps) {
  const { decision, error, stale } = useDecision(question && { ...question, as }, (signal, body) =>
    call('simulateRules', { body }, { signal }),
  )
  const allowed = decision?.allowed
  const outcome = allowed === undefined ? (error === undefined ? '…' : error.code) : allowed ? t.allowed : t.denied
  return (
    <li
      class={classes('comparison-answer', allowed === true && 'is-allowed', allowed === false && 'is-denied')}
      aria-busy={stale}
    >
      <span class="wrap">{who}</span>
      <strong>
        {allowed !== undefined && <Icon icon={allowed ? ShieldCheck : ShieldX} size={14} />} {outcome}
      </strong>
    </li>
  )
}
