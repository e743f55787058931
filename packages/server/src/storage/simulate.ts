import { type Caller, parseCloudPath } from '@cloudstead/protocol'
import type { StorageRules } from '@cloudstead/rules'
import type { Simulated } from '../decisions/simulated.ts'
import { accessCase, explainAccess, type JudgedFile, refusal, type StorageAccess } from './authorize.ts'
import type { StorageOptions } from './options.ts'
import { loadFile } from './store.ts'

/** A hypothetical request about a file. */
export interface FileQuestion {
  /** Not an administrator: rules do not apply to administrators. */
  readonly caller: Exclude<Caller, { readonly kind: 'admin' }>
  /** `write` is decided once; `upload` and `overwrite` twice: when announced, and when the bytes have arrived. */
  readonly action: 'read' | 'write' | 'upload' | 'overwrite' | 'delete'
  readonly path: string
  /** The size in bytes of the file that would be stored. */
  readonly size?: number | undefined
  /** The file to assume as stored; null for none, undefined for the actual one. */
  readonly stored?: JudgedFile | null | undefined
  /** Rules to use instead of the current ones. */
  readonly rules?: StorageRules | undefined
}

/**
 * What the rules decide about a request. Uses the same functions as real requests, and changes nothing.
 *
 * @throws CloudsteadError INVALID_FILE_NAME
 */
export async function simulateFile(options: StorageOptions, question: FileQuestion): Promise<Simulated> {
  const { caller, action, size, stored } = question
  const path = parseCloudPath(question.path)
  const rules = question.rules ?? options.settings().storage.acl
  const file = stored === undefined ? (await loadFile(options, path))?.file : (stored ?? undefined)
  const now = options.now()
  const announced: StorageAccess = { operation: action === 'read' ? 'read' : 'write', path, file }
  const whole: StorageAccess = { ...announced, size }
  const isUpload = action === 'upload' || action === 'overwrite'
  const asked = { ...accessCase(whole), action: isUpload ? (file === undefined ? 'upload' : 'overwrite') : action }
  const questions = isUpload && size !== undefined ? [announced, whole] : [whole]
  for (const access of questions) {
    const refused = refusal(rules, caller, access, now)
    const explanation = refused?.explain()
    if (explanation !== undefined) return { allowed: false, explanation, asked }
  }
  return { allowed: true, explanation: explainAccess(rules, caller, whole, now), asked }
}
