import { type Caller, type DocumentObject, ownerMark } from '@cloudstead/protocol'
import { checkId, type IdentifiedDocument } from './document-id.ts'
import { checkOwnerField, checkStorable } from './write-checks.ts'

/** @throws CloudsteadError when this caller may not store these fields */
export function checkFields(caller: Caller, fields: DocumentObject): void {
  for (const name of Object.keys(fields)) checkOwnerField(caller, name)
  checkStorable(fields)
}

/**
 * A document as it would be stored: with an `_id`, and with the mark of the user who makes it.
 *
 * @param newId makes an `_id` for a document that has none
 * @throws CloudsteadError like `checkFields`; INVALID_PARAM for an `_id` that cannot be one
 */
export function completeDocument(caller: Caller, sent: DocumentObject, newId: () => string): IdentifiedDocument {
  checkFields(caller, sent)
  const _id = '_id' in sent ? checkId(sent._id) : newId()
  const owner = caller.kind === 'user' ? { _openid: ownerMark(caller) } : {}
  return { _id, ...owner, ...sent }
}
