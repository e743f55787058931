import type { Denial } from '@cloudstead/admin-api'
import { say } from '../../i18n/language.ts'
import { asExplanation } from '../../ui/explanation.ts'
import { t } from './text.ts'

/** What was requested, such as `read users/alice/a.jpg`. */
export function requestOf({ explanation, case: ruleCase, reason }: Denial): {
  readonly action: string
  readonly target: string
} {
  const found = asExplanation(explanation)
  const action =
    typeof ruleCase?.action === 'string' ? ruleCase.action : (found?.operation ?? reason.split(' ', 1)[0] ?? '')
  return { action: actionWord(action), target: found?.target ?? reason.slice(reason.indexOf(' ') + 1) }
}

function actionWord(action: string): string {
  return Object.hasOwn(t.actions, action) ? t.actions[action as keyof typeof t.actions] : action
}

/** Why it was denied, in a sentence. */
export function reasonOf({ explanation, reason }: Denial): string {
  const found = asExplanation(explanation)
  return found === undefined ? reason : say(found.reason)
}
