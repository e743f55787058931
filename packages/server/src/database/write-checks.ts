import { type Caller, CloudsteadError, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { checkName } from './paths.ts'

/** Bytes of the stored text of a document; MongoDB's limit. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
/** Levels of a document; MongoDB's limit. Without it, updates could nest values deeper than one request can. */
const MAX_DOCUMENT_DEPTH = 100
/** A UTF-16 unit takes at most three bytes, so short texts need not be counted. */
const MAX_BYTES_PER_UNIT = 3

/**
 * Checks that a value may be stored: no field name begins with `$`, contains a dot, is empty or `__proto__`, and the
 * value does not nest too deep.
 *
 * @throws CloudsteadError INVALID_PARAM
 */
export function checkStorable(value: DocumentValue, depth = 1): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > MAX_DOCUMENT_DEPTH) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `a document may nest at most ${MAX_DOCUMENT_DEPTH} levels deep`,
      zh: `文档最多嵌套 ${MAX_DOCUMENT_DEPTH} 层`,
    })
  }
  if (Array.isArray(value)) {
    for (const item of value as readonly DocumentValue[]) checkStorable(item, depth + 1)
  } else if (isDocumentObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      checkName(name, name)
      if (name.includes('.'))
        throw new CloudsteadError('INVALID_PARAM', {
          en: `the field name '${name}' must not contain a dot`,
          zh: `字段名 '${name}' 不能包含点`,
        })
      checkStorable(item, depth + 1)
    }
  }
}

/** @throws CloudsteadError INVALID_PARAM when the text of a document is too large */
export function checkDocumentSize(text: string): void {
  const mayExceed = text.length * MAX_BYTES_PER_UNIT > MAX_DOCUMENT_BYTES
  if (mayExceed && Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `a document may have at most ${MAX_DOCUMENT_BYTES} bytes`,
      zh: `文档最大 ${MAX_DOCUMENT_BYTES} 字节`,
    })
  }
}

/** @throws CloudsteadError DATABASE_PERMISSION_DENIED when a user names `_openid`, which only the server sets */
export function checkOwnerField(caller: Caller, path: string): void {
  if (caller.kind !== 'admin' && (path === '_openid' || path.startsWith('_openid.'))) {
    throw new CloudsteadError('DATABASE_PERMISSION_DENIED', {
      en: '_openid is set by the server; leave it out',
      zh: '_openid 由服务器设置，请不要填写',
    })
  }
}
