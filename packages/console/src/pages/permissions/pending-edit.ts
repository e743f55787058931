/** Rules that were edited on another page, to be continued in the editor of this page. */
import { aclKey, type RulesTarget } from '../../data/rules-target.ts'

interface PendingEdit {
  readonly target: RulesTarget
  readonly text: string
}

let pending: PendingEdit | undefined

export function setPendingEdit(edit: PendingEdit): void {
  pending = edit
}

/** Returns the edited text for a target once; afterwards it is gone. */
export function takePendingEdit(target: RulesTarget): string | undefined {
  if (pending === undefined || aclKey(pending.target) !== aclKey(target)) return undefined
  const { text } = pending
  pending = undefined
  return text
}
