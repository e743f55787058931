import type { RuleAuth } from '../caller/rule-auth.ts'
import type { Explanation } from '../explanation.ts'
import type { StorageOperation, StorageResource } from '../storage/context.ts'
import { type Text, text } from '../text.ts'
import type { RulesUnderTest } from './configuration.ts'
import type { AskedRule, Decided } from './case-decision.ts'
import type { Fixtures, JudgedFile } from './initial-state.ts'
import type { FileAction, FileRequest } from './requests.ts'

const CLAIM = /^users\/([^/]+)\//

/** Uploads are asked twice: when they are announced, which is without a size, and when the bytes are there. */
const ANNOUNCED: ReadonlySet<FileAction> = new Set<FileAction>(['upload', 'overwrite'])

/** Whether somebody may read or write a file, as the server decides it. */
export function decideFile(
  { storage }: RulesUnderTest,
  auth: RuleAuth | null,
  { action, path, size, stored: given }: FileRequest,
  { files, now }: Fixtures,
): Decided {
  const stored = given === undefined ? files.get(path) : (given ?? undefined)
  const operation: StorageOperation = action === 'read' ? 'read' : 'write'
  const asked: AskedRule[] = []
  const ask = (bytes: number | undefined): Explanation => {
    const context = { auth, resource: resourceOf(path, stored, bytes), now }
    const explanation = storage.explain(operation, context)
    if (explanation.tree !== undefined) asked.push({ name: `storage.${operation}`, tree: explanation.tree })
    return explanation
  }
  const impossible = whyImpossible(action, stored)
  if (impossible !== undefined) {
    const explanation = { operation, acl: storage.acl, target: path, allowed: false, reason: impossible }
    return { allowed: false, explanation, asked }
  }
  let explanation = ask(ANNOUNCED.has(action) ? undefined : size)
  if (explanation.allowed && ANNOUNCED.has(action) && size !== undefined) explanation = ask(size)
  return { allowed: explanation.allowed, explanation, asked }
}

function resourceOf(path: string, stored: JudgedFile | undefined, size = stored?.size): StorageResource {
  const claim = CLAIM.exec(path)?.[1]
  return {
    path,
    exists: stored !== undefined,
    ...(claim === undefined ? {} : { claim }),
    ...(stored?.creator === undefined ? {} : { creator: stored.creator }),
    ...(size === undefined ? {} : { size }),
    ...(stored?.metadata === undefined ? {} : { metadata: stored.metadata }),
  }
}

/** Words for a write that say what has to be stored before it. */
function whyImpossible(action: FileAction, stored: JudgedFile | undefined): Text | undefined {
  if (action === 'upload' && stored !== undefined) {
    return text('the file is there already; that would be an "overwrite"', '文件已经存在；这应该是 "overwrite"')
  }
  if ((action === 'overwrite' || action === 'delete') && stored === undefined) {
    return text(
      `there is no such file to ${action}; name it in "files", or in "stored" of the case`,
      '没有这个文件；请写在 "files" 或用例的 "stored" 中',
    )
  }
  return undefined
}
