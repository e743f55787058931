export {
  type AdminCaller,
  type Caller,
  idsOf,
  type LoginType,
  NOBODY,
  ownerMark,
  personOf,
  requireScope,
  type UserCaller,
} from './caller.ts'
export { type CloudPath, claimOf, parseCloudPath } from './cloud-path.ts'
export { decodeEjson, decodeEjsonValue, encodeEjson, encodeRelaxedEjson } from './ejson-values.ts'
export { CloudsteadError, ERRORS, type ErrorCode, type Text, toCloudsteadError } from './errors.ts'
export { APP_ID, bucketOf, ENV_ID, formatFileId, parseFileId } from './file-id.ts'
export { shortFileName } from './file-name.ts'
export { checkJsonStructure } from './json-structure.ts'
export { type ParsedLoginTicket, parseLoginTicket, verifyLoginTicket } from './login-ticket.ts'
export {
  type ObjectPermit,
  type SignatureVerdict,
  type SigningKey,
  signObjects,
  verifyObjectSignature,
} from './object-signature.ts'
export { objectIdOf, objectPathname } from './object-url.ts'
export { holdsScope, parseScopes, type Scope } from './scopes.ts'
export {
  isTc3Authorization,
  isTc3Fresh,
  parseTc3Authorization,
  type Tc3Authorization,
  type Tc3Request,
  verifyTc3,
} from './tc3.ts'
export { openUploadTicket, sealUploadTicket, type UploadTicket } from './upload-ticket.ts'
export {
  type DocumentObject,
  type DocumentValue,
  decodeWebValue,
  encodeWebValue,
  isDocumentObject,
  MAX_VALUE_DEPTH,
  regexOf,
  setOwn,
} from './web-values.ts'
