import { CloudsteadError, type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import type { RequestBudget } from './request-budget.ts'

/** Names of a dotted path. A document cannot nest deeper. */
const MAX_PATH_LENGTH = 100

/** Whether a part of a path can be an array index. */
export function isArrayIndex(part: string): boolean {
  return /^(?:0|[1-9]\d{0,8})$/.test(part)
}

/** The own member of an object: a name such as `constructor` reaches nothing else. */
export function own<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/**
 * Splits a dotted path.
 *
 * @throws CloudsteadError INVALID_PARAM for empty names, names that begin with `$`, and `__proto__`.
 */
export function parsePath(path: string): readonly string[] {
  const parts = path.split('.')
  if (parts.length > MAX_PATH_LENGTH)
    throw new CloudsteadError('INVALID_PARAM', {
      en: `a field path may have at most ${MAX_PATH_LENGTH} names`,
      zh: `字段路径最多 ${MAX_PATH_LENGTH} 级`,
    })
  for (const part of parts) checkName(part, path)
  return parts
}

/** @throws CloudsteadError INVALID_PARAM when a field must not have this name. `path` is its path, for the message. */
export function checkName(name: string, path: string): void {
  if (name === '' || name.startsWith('$') || name === '__proto__' || name.includes('\0')) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `'${path}' is not a valid field name: names must not be empty, begin with $ or be __proto__`,
      zh: `'${path}' 不是有效的字段名：不能为空、以 $ 开头或为 __proto__`,
    })
  }
}

/**
 * The values that a path reaches in a document, as in MongoDB: an array on the way stands for each of its elements, and
 * a number in the path also for one element. `undefined` stands for a branch without the field.
 *
 * @param budget spends the cost of arrays on the way
 */
export function reach(
  document: DocumentObject,
  parts: readonly string[],
  budget?: RequestBudget,
): readonly (DocumentValue | undefined)[] {
  const first = parts[0]
  if (parts.length === 1 && first !== undefined) return [own(document, first)]
  const walk: Walk = { parts, budget, found: [], seen: new Map() }
  descend(walk, document, 0)
  return walk.found.length === 0 ? [undefined] : walk.found
}

interface Walk {
  readonly parts: readonly string[]
  readonly budget: RequestBudget | undefined
  readonly found: (DocumentValue | undefined)[]
  /** For each array, the parts of the path it was visited at, where a number can be an index or a name. */
  readonly seen: Map<DocumentValue, Set<number>>
}

/** Cost of looking for a field in one element. */
const ELEMENT_COST = 6

function descend(walk: Walk, value: DocumentValue | undefined, at: number): void {
  const part = walk.parts[at]
  if (part === undefined) {
    walk.found.push(value)
  } else if (Array.isArray(value)) {
    walk.budget?.spend(value.length * ELEMENT_COST)
    if (isArrayIndex(part)) {
      // There are two ways on at each array. Without this check 50 nested arrays would be visited 2 ** 50 times.
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
 * The values that index entries and sort keys are made of: what the path reaches, with each element of an array in place
 * of the array. An empty array counts as undefined, a missing value as null: as in MongoDB, the empty array is the lower.
 *
 * @param budget spends the cost of arrays
 */
export function leaves(
  document: DocumentObject,
  parts: readonly string[],
  budget?: RequestBudget,
): readonly (DocumentValue | undefined)[] {
  const found: (DocumentValue | undefined)[] = []
  for (const value of reach(document, parts, budget)) {
    if (!Array.isArray(value)) found.push(value ?? null)
    else if (value.length === 0) found.push(undefined)
    else {
      budget?.spend(value.length)
      for (const item of value as readonly DocumentValue[]) found.push(item)
    }
  }
  return found
}

/**
 * Whether a value that the path reaches, or an element of an array that it reaches, passes the test.
 *
 * @param budget spends the cost of arrays
 */
export function someLeaf(
  document: DocumentObject,
  parts: readonly string[],
  budget: RequestBudget,
  test: (value: DocumentValue | undefined) => boolean,
): boolean {
  return reach(document, parts, budget).some((value) => {
    if (test(value)) return true
    if (!Array.isArray(value)) return false
    budget.spend(value.length)
    return (value as readonly DocumentValue[]).some((item) => test(item))
  })
}
