import { failed, kitError, type Result } from './errors.ts'
import type { Login } from './login.ts'
import { persist } from './retry.ts'
import type { InnerDatabase } from './sdk.ts'
import { sdkCall } from './sdk-call.ts'

export type SaveResult = Result<object>

/** Writes fileIDs to a field of a document, and the server's time to `updatedAt`. */
export function saveFileIDs(
  db: InnerDatabase,
  login: Login,
  [collection, id, field, fileIDs]: readonly [string, string | number, string, readonly string[]],
): Promise<SaveResult> {
  // Writing the same values again is harmless, so a call whose answer was lost may be repeated.
  return persist(() =>
    login.as(async (): Promise<SaveResult> => {
      const patch = { [field]: [...fileIDs], updatedAt: db.serverDate() }
      const result = await sdkCall(() => db.collection(collection).doc(id).update(patch))
      if (!result.ok) return result
      if (result.answer.updated !== 0) return { ok: true }
      return failed(kitError('DOCUMENT_NOT_FOUND', `${collection}/${id} was not changed`))
    }),
  )
}
