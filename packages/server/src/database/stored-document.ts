import { type DocumentObject, type DocumentValue, isDocumentObject, regexOf, setOwn } from '@cloudstead/protocol'

/**
 * The stored text of documents: JSON, in which dates, regular expressions and the numbers that JSON lacks are objects
 * with names that begin with `$`. Field names never begin with `$` (write-checks.ts), so this is not ambiguous.
 */

function pack(value: DocumentValue): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? '-0' : `${value}` }
    case 'object': {
      if (value === null) return value
      if (value instanceof Date) return { $date: value.getTime() }
      if (value instanceof RegExp) return { $regex: value.source, $options: value.flags }
      if (Array.isArray(value)) return value.map(pack)
      const target: Record<string, unknown> = {}
      for (const key of Object.keys(value)) setOwn(target, key, pack((value as DocumentObject)[key] ?? null))
      return target
    }
    default:
      return value
  }
}

function unpack(value: DocumentValue): DocumentValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unpack)
  if (!isDocumentObject(value)) return value
  if (typeof value.$date === 'number') return new Date(value.$date)
  if (typeof value.$number === 'string') return Number(value.$number)
  if (typeof value.$regex === 'string') return regexOf(value.$regex, String(value.$options))
  const target: Record<string, DocumentValue> = {}
  for (const key of Object.keys(value)) setOwn(target, key, unpack(value[key] ?? null))
  return target
}

/** The stored text of a document. */
export function packDocument(document: DocumentObject): string {
  return JSON.stringify(pack(document))
}

/** The document of a stored text. Text without `"$` is plain JSON, so that most documents only need to be parsed. */
export function unpackDocument(text: string): DocumentObject {
  const parsed: unknown = JSON.parse(text)
  if (!isDocumentObject(parsed)) throw new Error('a stored document is not an object')
  return text.includes('"$') ? (unpack(parsed) as DocumentObject) : parsed
}
