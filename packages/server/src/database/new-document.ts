import { type Caller, type DocumentObject, ownerMark } from '@cloudstead/protocol'
import { checkId, type IdentifiedDocument } from './document-id.ts'
import { checkOwnerField, checkStorable } from './write-checks.ts'

/** @throws CloudsteadError DATABASE_PERMISSION_DENIED, INVALID_PARAM when the caller must not store these fields */
export function checkFields(caller: Caller, fields: DocumentObject): void {
  for (const name of Object.keys(fields)) checkOwnerField(caller, name)
  checkStorable(fields)
}

/**
 * A document in the form to store: with an `_id`, and with the owner mark of a user.
 *
 * @param newId makes the `_id` of a document without one
 * @throws CloudsteadError like `checkFields`; INVALID_PARAM for an invalid `_id`
 */
export function completeDocument(caller: Caller, sent: DocumentObject, newId: () => string): IdentifiedDocument {
  checkFields(caller, sent)
  const _id = '_id' in sent ? checkId(sent._id) : newId()
  const owner = caller.kind === 'user' ? { _openid: ownerMark(caller) } : {}
  return { _id, ...owner, ...sent }
}
