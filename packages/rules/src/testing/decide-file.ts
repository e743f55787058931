import type { RuleAuth } from '../caller/rule-auth.ts'
import type { Explanation } from '../explanation.ts'
import { claimOf, type StorageOperation, type StorageResource } from '../storage/context.ts'
import { type Text, text } from '../text.ts'
import type { CaseDecision, EvaluatedRule } from './case-decision.ts'
import type { RulesUnderTest } from './configuration.ts'
import type { Fixtures, ResolvedFile } from './initial-state.ts'
import type { FileAction, FileRequest } from './requests.ts'

/** Actions that the server decides twice: when the upload is announced, without a size, and when the bytes have arrived. */
const ANNOUNCED: ReadonlySet<FileAction> = new Set<FileAction>(['upload', 'overwrite'])

/** Decides a request for a file as the server does. */
export function decideFile(
  { storage }: RulesUnderTest,
  auth: RuleAuth | null,
  { action, path, size, stored: given }: FileRequest,
  { files, now }: Fixtures,
): CaseDecision {
  const stored = given === undefined ? files.get(path) : (given ?? undefined)
  const operation: StorageOperation = action === 'read' ? 'read' : 'write'
  const evaluated: EvaluatedRule[] = []
  const evaluate = (bytes: number | undefined): Explanation => {
    const context = { auth, resource: resourceOf(path, stored, bytes), now }
    const explanation = storage.explain(operation, context)
    if (explanation.tree !== undefined) evaluated.push({ name: `storage.${operation}`, tree: explanation.tree })
    return explanation
  }
  const impossible = whyImpossible(action, stored)
  if (impossible !== undefined) {
    const explanation = { operation, acl: storage.acl, target: path, allowed: false, reason: impossible }
    return { allowed: false, explanation, evaluated }
  }
  let explanation = evaluate(ANNOUNCED.has(action) ? undefined : size)
  if (explanation.allowed && ANNOUNCED.has(action) && size !== undefined) explanation = evaluate(size)
  return { allowed: explanation.allowed, explanation, evaluated }
}

function resourceOf(path: string, stored: ResolvedFile | undefined, size = stored?.size): StorageResource {
  const claim = claimOf(path)
  return {
    path,
    exists: stored !== undefined,
    ...(claim === undefined ? {} : { claim }),
    ...(stored?.creator === undefined ? {} : { creator: stored.creator }),
    ...(size === undefined ? {} : { size }),
    ...(stored?.metadata === undefined ? {} : { metadata: stored.metadata }),
  }
}

/** Why an action is not possible with or without a stored file. */
function whyImpossible(action: FileAction, stored: ResolvedFile | undefined): Text | undefined {
  if (action === 'upload' && stored !== undefined) {
    return text('the file exists already; use "overwrite"', '文件已经存在；这应该是 "overwrite"')
  }
  if ((action === 'overwrite' || action === 'delete') && stored === undefined) {
    return text(
      `there is no such file to ${action}; add it to "files", or to "stored" of the case`,
      '没有这个文件；请写在 "files" 或用例的 "stored" 中',
    )
  }
  return undefined
}
