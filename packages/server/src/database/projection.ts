import {
  type Caller,
  CloudsteadError,
  type DocumentObject,
  type DocumentValue,
  isDocumentObject,
} from '@cloudstead/protocol'
import { compileElementTest } from './matcher.ts'
import { own, parsePath } from './paths.ts'
import { checkCriteria, MAX_CONDITIONS } from './query-check.ts'
import type { RequestBudget } from './request-budget.ts'

/** Returns a document with the fields to send. */
export type Projection = (document: DocumentObject) => DocumentObject

/** Fields of one projection. */
const MAX_FIELDS = 1000
/** `$slice` and `$elemMatch` of one projection. Each of them looks at arrays of every document. */
const MAX_ARRAY_FIELDS = 100

/** Fields by name; null stands for the whole value. */
interface Tree {
  readonly [name: string]: Tree | null
}

function invalid(path: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: `the projection of '${path}' must be 1, 0, $slice or $elemMatch`,
    zh: `'${path}' 的投影必须是 1、0、$slice 或 $elemMatch`,
  })
}

function tooMany(most: number, en: string, zh: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: `a projection may have at most ${most} ${en}`,
    zh: `投影最多 ${most} 个${zh}`,
  })
}

/** Adds a path. A longer path below an existing one changes nothing. */
function addPath(tree: Record<string, Tree | null>, parts: readonly string[]): void {
  let node = tree
  for (const [at, part] of parts.entries()) {
    const next = own(node, part)
    if (next === null) return
    if (at === parts.length - 1) node[part] = null
    else {
      const child = (next ?? {}) as Record<string, Tree | null>
      node[part] = child
      node = child
    }
  }
}

/** Cost of copying one element of an array. */
const COPY_COST = 2

function include(value: DocumentValue, tree: Tree, budget: RequestBudget): DocumentValue | undefined {
  if (Array.isArray(value)) {
    budget.spend(value.length * COPY_COST)
    const items = (value as readonly DocumentValue[]).map((item) => include(item, tree, budget))
    return items.filter((item) => item !== undefined)
  }
  if (!isDocumentObject(value)) return undefined
  const target: Record<string, DocumentValue> = {}
  for (const [name, item] of Object.entries(value)) {
    const under = own(tree, name)
    if (under === undefined) continue
    const kept = under === null ? item : include(item, under, budget)
    if (kept !== undefined) target[name] = kept
  }
  return target
}

function exclude(value: DocumentValue, tree: Tree, budget: RequestBudget): DocumentValue {
  if (Array.isArray(value)) {
    budget.spend(value.length * COPY_COST)
    return (value as readonly DocumentValue[]).map((item) => exclude(item, tree, budget))
  }
  if (!isDocumentObject(value)) return value
  const target: Record<string, DocumentValue> = {}
  for (const [name, item] of Object.entries(value)) {
    const under = own(tree, name)
    if (under !== null) target[name] = under === undefined ? item : exclude(item, under, budget)
  }
  return target
}

/** Changes the value at a path, in copies of the objects on the way. */
function mapAt(
  value: DocumentValue,
  parts: readonly string[],
  budget: RequestBudget,
  change: (at: DocumentValue) => DocumentValue,
): DocumentValue {
  const [part, ...rest] = parts
  if (part === undefined) return change(value)
  if (Array.isArray(value)) {
    budget.spend(value.length * COPY_COST)
    return (value as readonly DocumentValue[]).map((item) => mapAt(item, parts, budget, change))
  }
  if (!isDocumentObject(value) || !Object.hasOwn(value, part)) return value
  return { ...value, [part]: mapAt(value[part] ?? null, rest, budget, change) }
}

/** Elements that are copied at once for one unit of cost. */
const COPIES_PER_COST = 10

function slice(path: string, spec: DocumentValue, budget: RequestBudget): (value: DocumentValue) => DocumentValue {
  const [first, second] = Array.isArray(spec) ? (spec as readonly DocumentValue[]) : [spec]
  const wrong = typeof first !== 'number' || !Number.isInteger(first)
  if (wrong || (Array.isArray(spec) && (typeof second !== 'number' || !Number.isInteger(second) || second < 1))) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `$slice of '${path}' needs a count, or [skip, count]`,
      zh: `'${path}' 的 $slice 需要数量，或 [跳过, 数量]`,
    })
  }
  return (value) => {
    if (!Array.isArray(value)) return value
    budget.spend(Math.min(value.length, Math.abs(typeof second === 'number' ? second : first)) / COPIES_PER_COST)
    if (typeof second !== 'number') return first < 0 ? value.slice(first) : value.slice(0, first)
    const start = first < 0 ? Math.max(0, value.length + first) : first
    return value.slice(start, start + second)
  }
}

function elemMatch(
  criteria: DocumentValue,
  { caller, budget, conditions }: ProjectionOptions & { readonly conditions: { left: number } },
): (value: DocumentValue) => DocumentValue | undefined {
  const test = compileElementTest(checkCriteria(criteria, caller, conditions), budget)
  return (value) => {
    if (!Array.isArray(value)) return undefined
    const first = (value as readonly DocumentValue[]).find((item) => test(item))
    return first === undefined ? undefined : [first]
  }
}

interface ProjectionOptions {
  readonly caller: Caller
  /** Of the request. */
  readonly budget: RequestBudget
}

/**
 * Compiles a projection: `{ field: 1 | 0 | { $slice } | { $elemMatch } }`; undefined for one that changes nothing.
 * The SDKs may mix 1 and 0, which MongoDB refuses. With any 1 the zeros have no effect, except `_id: 0`.
 *
 * @throws CloudsteadError INVALID_PARAM
 */
export function compileProjection(spec: DocumentObject, options: ProjectionOptions): Projection | undefined {
  const { budget } = options
  const conditions = { left: MAX_CONDITIONS }
  const included: Record<string, Tree | null> = {}
  const excluded: Record<string, Tree | null> = {}
  const changes: ((document: DocumentObject, result: Record<string, DocumentValue>) => void)[] = []
  const entries = Object.entries(spec)
  if (entries.length > MAX_FIELDS) throw tooMany(MAX_FIELDS, 'fields', '字段')
  for (const [path, value] of entries) {
    const parts = parsePath(path)
    if (typeof value === 'number' || typeof value === 'boolean') addPath(value ? included : excluded, parts)
    else if (isDocumentObject(value) && Object.keys(value).length === 1 && '$slice' in value) {
      const change = slice(path, value.$slice ?? null, budget)
      const [top = '', ...rest] = parts
      changes.push((document, result) => {
        const original = result[top] ?? document[top]
        if (original !== undefined) result[top] = mapAt(original, rest, budget, change)
      })
    } else if (isDocumentObject(value) && Object.keys(value).length === 1 && '$elemMatch' in value) {
      if (parts.length > 1)
        throw new CloudsteadError('INVALID_PARAM', {
          en: '$elemMatch projects top-level arrays only',
          zh: '$elemMatch 只能投影顶层数组',
        })
      const pick = elemMatch(value.$elemMatch ?? null, { ...options, conditions })
      // As in MongoDB, this includes the field and so leaves out the others.
      addPath(included, parts)
      changes.push((document, result) => {
        const picked = pick(document[path] ?? null)
        if (picked === undefined) delete result[path]
        else result[path] = picked
      })
    } else throw invalid(path)
    if (changes.length > MAX_ARRAY_FIELDS)
      throw tooMany(MAX_ARRAY_FIELDS, '$slice and $elemMatch', ' $slice 和 $elemMatch')
  }
  const inclusive = Object.keys(included).length > 0
  const withoutId = '_id' in excluded
  if (inclusive) {
    if (!withoutId) addPath(included, ['_id'])
  } else if (Object.keys(excluded).length === 0 && changes.length === 0) return undefined
  return (document) => {
    const kept = (
      inclusive ? include(document, included, budget) : exclude(document, excluded, budget)
    ) as DocumentObject
    if (changes.length === 0) return kept
    const result = { ...kept }
    for (const change of changes) change(document, result)
    return result
  }
}
