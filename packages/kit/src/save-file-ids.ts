import { failed, kitError, type Result } from './errors.ts'
import { serverError, toKitError } from './failures.ts'
import type { Login } from './login.ts'
import { persist } from './retry.ts'
import type { InnerDatabase } from './sdk.ts'

export type SaveResult = Result<object>

/** Writes fileIDs into a field of a document, and the time of the server into `updatedAt`. */
export function saveFileIDs(
  db: InnerDatabase,
  login: Login,
  [collection, id, field, fileIDs]: readonly [string, string | number, string, readonly string[]],
): Promise<SaveResult> {
  // The same values again do no harm, so a call whose answer was lost may be repeated.
  return persist(() =>
    login.as(async (): Promise<SaveResult> => {
      try {
        const patch = { [field]: [...fileIDs], updatedAt: db.serverDate() }
        // The SDK resolves with `{ code, message }` when the database refuses.
        const { updated, code, message = '' } = await db.collection(collection).doc(id).update(patch)
        if (code !== undefined) return failed(serverError(code, message))
        if (updated === 0) return failed(kitError('DOCUMENT_NOT_FOUND', `${collection}/${id} was not changed`))
        return { ok: true }
      } catch (error) {
        return failed(toKitError(error))
      }
    }),
  )
}
