import { CloudsteadError, type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'

/** How many names a dotted path may have; a document cannot nest deeper. */
const MAX_PATH_LENGTH = 100

/** Whether this part of a path can mean an element of an array. */
export function isArrayIndex(part: string): boolean {
  return /^(?:0|[1-9]\d{0,8})$/.test(part)
}

/**
 * Splits a dotted path.
 *
 * @throws CloudsteadError INVALID_PARAM for empty names, names that begin with `$`, and `__proto__`.
 */
export function parsePath(path: string): readonly string[] {
  const parts = path.split('.')
  if (parts.length > MAX_PATH_LENGTH) throw new CloudsteadError('INVALID_PARAM', 'a field path has too many parts')
  for (const part of parts) checkName(part, path)
  return parts
}

/** @throws CloudsteadError INVALID_PARAM when a field may not be called this; `path` says where it stands. */
export function checkName(name: string, path: string): void {
  if (name === '' || name.startsWith('$') || name === '__proto__' || name.includes('\0')) {
    throw new CloudsteadError(
      'INVALID_PARAM',
      `'${path}' is no name of a field: names may not be empty, begin with $ or be __proto__`,
    )
  }
}

/**
 * The values that a path reaches in a document, in MongoDB's sense: an array on the way stands for each of its
 * elements, and a number on the way also for one element. `undefined` stands for a branch without the field.
 */
export function reach(document: DocumentObject, parts: readonly string[]): readonly (DocumentValue | undefined)[] {
  const first = parts[0]
  if (parts.length === 1 && first !== undefined) return [Object.hasOwn(document, first) ? document[first] : undefined]
  const walk: Walk = { parts, found: [], seen: new Map() }
  descend(walk, document, 0)
  return walk.found.length === 0 ? [undefined] : walk.found
}

interface Walk {
  readonly parts: readonly string[]
  readonly found: (DocumentValue | undefined)[]
  /** From where in the path each array was walked, when a number could mean an element or a name. */
  readonly seen: Map<DocumentValue, Set<number>>
}

function descend(walk: Walk, value: DocumentValue | undefined, at: number): void {
  const part = walk.parts[at]
  if (part === undefined) {
    walk.found.push(value)
  } else if (Array.isArray(value)) {
    if (isArrayIndex(part)) {
      // Two ways on at each array: without this, 50 arrays in each other would be walked 2 ** 50 times.
      if (!isFirstVisit(walk, value, at)) return
      if (Number(part) < value.length) descend(walk, value[Number(part)], at + 1)
    }
    for (const item of value) if (isDocumentObject(item)) descend(walk, item, at)
  } else if (isDocumentObject(value) && Object.hasOwn(value, part)) {
    descend(walk, value[part], at + 1)
  } else {
    walk.found.push(undefined)
  }
}

function isFirstVisit({ seen }: Walk, value: DocumentValue, at: number): boolean {
  const from = seen.get(value)
  if (from?.has(at)) return false
  if (from === undefined) seen.set(value, new Set([at]))
  else from.add(at)
  return true
}

/**
 * The single values that index entries and sort keys are made of: what the path reaches, an array there standing for
 * each of its elements, an empty one for nothing.
 */
export function leaves(document: DocumentObject, parts: readonly string[]): readonly DocumentValue[] {
  const found: DocumentValue[] = []
  for (const value of reach(document, parts)) {
    if (!Array.isArray(value)) found.push(value ?? null)
    else if (value.length === 0) found.push(null)
    else for (const item of value as readonly DocumentValue[]) found.push(item)
  }
  return found
}

/** Whether a value that the path reaches, or an element of an array there, passes the test. */
export function someLeaf(
  document: DocumentObject,
  parts: readonly string[],
  test: (value: DocumentValue | undefined) => boolean,
): boolean {
  return reach(document, parts).some(
    (value) => test(value) || (Array.isArray(value) && (value as readonly DocumentValue[]).some((item) => test(item))),
  )
}
