import type { Denial, Person } from '@cloudstead/admin-api'
import { say } from '../../i18n/language.ts'
import { asExplanation } from '../../ui/explanation.ts'
import { t } from './text.ts'

/** Who was refused, by the id that people know. */
export function whoOf(caller: Person | null): string {
  if (caller === null) return t.nobody
  return caller.openid ?? caller.customUserId ?? caller.uid
}

/** What was asked for: `read users/alice/a.jpg`. */
export function whatOf({ explanation, case: ruleCase, reason }: Denial): {
  readonly action: string
  readonly target: string
} {
  const found = asExplanation(explanation)
  const action =
    typeof ruleCase?.action === 'string' ? ruleCase.action : (found?.operation ?? reason.split(' ', 1)[0] ?? '')
  return { action, target: found?.target ?? reason.slice(reason.indexOf(' ') + 1) }
}

/** Why, in one sentence of the reader's language. */
export function whyOf({ explanation, reason }: Denial): string {
  const found = asExplanation(explanation)
  return found === undefined ? reason : say(found.reason)
}
