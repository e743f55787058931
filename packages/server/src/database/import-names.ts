import { CloudsteadError, type DocumentValue, isDocumentObject, setOwn } from '@cloudstead/protocol'
import { parsePath } from './paths.ts'

/** Names of fields in a file, with the meaning that they have for mongoimport. */

/** The error for a field that a document has twice. */
export function twice(name: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: `the document has the field '${name}' twice`,
    zh: `文档中字段 '${name}' 出现了两次`,
  })
}

/**
 * A value in which fields with dotted names are fields of nested objects: `{ 'a.b': 1 }` becomes `{ a: { b: 1 } }`.
 *
 * @throws CloudsteadError INVALID_PARAM when two names are about the same field, or a name is malformed
 */
export function withNested(value: DocumentValue): DocumentValue {
  if (Array.isArray(value)) return (value as readonly DocumentValue[]).map(withNested)
  if (!isDocumentObject(value)) return value
  const target: Fields = {}
  for (const [name, item] of Object.entries(value)) put(target, name.includes('.') ? parsePath(name) : [name], item)
  return target
}

type Fields = Record<string, DocumentValue>

function put(target: Fields, parts: readonly string[], item: DocumentValue): void {
  let fields = target
  for (const [at, part] of parts.entries()) {
    const there = Object.hasOwn(fields, part) ? fields[part] : undefined
    const last = at === parts.length - 1
    if (there !== undefined && (last || !isDocumentObject(there))) throw twice(parts.join('.'))
    if (last) setOwn(fields, part, withNested(item))
    else {
      const next: Fields = isDocumentObject(there) ? (there as Fields) : {}
      if (there === undefined) setOwn<DocumentValue>(fields, part, next)
      fields = next
    }
  }
}

const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/gs

/** A name that an object in a valid JSON text has twice. `JSON.parse` would keep the last one silently. */
export function repeatedName(json: string): string | undefined {
  const objects: Set<string>[] = []
  for (const { 0: token, 1: colon } of json.matchAll(TOKENS)) {
    if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else if (colon !== undefined) {
      const quoted = token.slice(0, -colon.length)
      const name = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
      const names = objects.at(-1)
      if (names?.has(name)) return name
      names?.add(name)
    }
  }
  return undefined
}
