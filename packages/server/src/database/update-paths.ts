import { CloudsteadError, type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { compileElementTest, compileQuery } from './matcher.ts'
import { checkName, isArrayIndex, parsePath, reach } from './paths.ts'
import { hasOperators, isOperator, isOperatorsOnly } from './query-conditions.ts'
import type { RequestBudget } from './request-budget.ts'
import { type Slot, slotAt } from './slot.ts'

/** Stands in the path of an update for the element that the query found. */
const FOUND = '$'
/** Stands in the path of an update for every element. */
const EVERY = '$[]'

/** Whether the path of an update has `$`, `$[]` or `$[name]`, which stand for elements of arrays. */
export function isPositional(path: string): boolean {
  return path.includes('$')
}

/**
 * Splits the path of an update. It may have `$[]`, and one `$`.
 *
 * @throws CloudsteadError INVALID_PARAM
 */
export function parseUpdatePath(path: string): readonly string[] {
  if (!isPositional(path)) return parsePath(path)
  const parts = path.split('.')
  parsePath(parts.filter((part) => part !== FOUND && part !== EVERY && !part.startsWith('$[')).join('.'))
  for (const [at, part] of parts.entries()) {
    if (part.startsWith('$[') && part !== EVERY) {
      throw invalid(
        `'${path}': ${part} needs arrayFilters, which the SDKs cannot send: use $[] or $`,
        `'${path}'：${part} 需要 arrayFilters，而 SDK 无法发送，请使用 $[] 或 $`,
      )
    }
    if (part !== FOUND && part !== EVERY) checkName(part, path)
    else if (at === 0) throw invalid(`'${path}' must begin with the name of a field`, `'${path}' 必须以字段名开头`)
  }
  if (parts.indexOf(FOUND) !== parts.lastIndexOf(FOUND))
    throw invalid(`'${path}' has more than one $`, `'${path}' 中有多个 $`)
  return parts
}

/** Finds the index of the element that a query found in an array of a document; undefined for none. */
export type FindElement = (document: DocumentObject) => number | undefined

/**
 * Compiles the search for the element that `$` in a path stands for: the first element of the array that meets a condition
 * of the query on the array or on fields of its elements.
 *
 * @param query a checked query
 * @throws CloudsteadError INVALID_PARAM when the query has no such condition
 */
export function elementFinder(parts: readonly string[], query: DocumentObject, budget: RequestBudget): FindElement {
  const array = parts.slice(0, parts.indexOf(FOUND))
  const path = array.join('.')
  const tests = conditionsOn(path, query).map((condition) => conditionTest(condition, budget))
  if (tests.length === 0) {
    throw invalid(
      `'${parts.join('.')}': the query needs a condition on '${path}', so that $ stands for an element`,
      `'${parts.join('.')}'：查询需要对 '${path}' 的条件，$ 才能表示某个元素`,
    )
  }
  return (document) => {
    const items = reach(document, array, budget)[0]
    if (!Array.isArray(items)) return undefined
    for (const test of tests) {
      const at = (items as readonly DocumentValue[]).findIndex((item) => {
        budget.spend(1)
        return test(item)
      })
      if (at !== -1) return at
    }
    return undefined
  }
}

interface ArrayCondition {
  /** The path within an element; empty for the element itself. */
  readonly rest: string
  readonly condition: DocumentValue
}

/** The conditions of a query on an array, also in `$and` and `$or`. Negations find no element. */
function conditionsOn(path: string, query: DocumentObject): readonly ArrayCondition[] {
  return Object.entries(query).flatMap(([name, condition]): readonly ArrayCondition[] => {
    if (name === '$and' || name === '$or') {
      return (condition as readonly DocumentObject[]).flatMap((part) => conditionsOn(path, part))
    }
    const rest = name === path ? '' : name.startsWith(`${path}.`) ? name.slice(path.length + 1) : undefined
    if (rest === undefined || isOperator(name) || isArrayIndex(rest.split('.')[0] ?? '')) return []
    const negated = isDocumentObject(condition) && Object.keys(condition).some((one) => NEGATIONS.has(one))
    return negated ? [] : [{ rest, condition }]
  })
}

const NEGATIONS = new Set(['$ne', '$nin', '$not', '$nor', '$size'])

function conditionTest({ rest, condition }: ArrayCondition, budget: RequestBudget): (item: DocumentValue) => boolean {
  if (rest !== '') {
    const { test } = compileQuery({ [rest]: condition }, budget)
    return (item) => isDocumentObject(item) && test(item)
  }
  if (condition instanceof RegExp) return compileElementTest({ $regex: condition }, budget)
  if (!hasOperators(condition)) return compileElementTest({ $eq: condition }, budget)
  const { $elemMatch, ...others } = condition as DocumentObject
  const tests = [
    ...($elemMatch === undefined ? [] : [compileElementTest($elemMatch as DocumentObject, budget)]),
    ...(isOperatorsOnly(others) ? [compileElementTest(others, budget)] : []),
  ]
  return (item) => tests.every((test) => test(item))
}

/**
 * The locations of a path, in which `$` and `$[]` stand for elements. Without `create`, those that are missing are left out.
 *
 * @throws CloudsteadError DATABASE_REQUEST_FAILED when the document does not have the array, or no element was found
 */
export function slotsAt(
  document: DocumentObject,
  parts: readonly string[],
  create: boolean,
  find: FindElement | undefined,
  budget: RequestBudget,
): readonly Slot[] {
  const at = parts.findIndex((part) => part === FOUND || part === EVERY)
  if (at === -1) {
    const slot = slotAt(document, parts, create)
    return slot === undefined ? [] : [slot]
  }
  const path = parts.join('.')
  const items = slotAt(document, parts.slice(0, at), false)?.get()
  if (!Array.isArray(items))
    throw failed(
      `'${path}': '${parts.slice(0, at).join('.')}' is not an array`,
      `'${path}'：'${parts.slice(0, at).join('.')}' 不是数组`,
    )
  const withIndex = (index: number) => {
    budget.spend(parts.length)
    const indexed = [...parts.slice(0, at), String(index), ...parts.slice(at + 1)]
    return slotsAt(document, indexed, create, find, budget)
  }
  if (parts[at] === EVERY) return (items as readonly DocumentValue[]).flatMap((_, index) => withIndex(index))
  const found = find?.(document)
  if (found === undefined)
    throw failed(`'${path}': the query did not find an element of the array`, `'${path}'：查询没有找到数组中的元素`)
  return withIndex(found)
}

function invalid(en: string, zh: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', { en, zh })
}

function failed(en: string, zh: string): CloudsteadError {
  return new CloudsteadError('DATABASE_REQUEST_FAILED', { en, zh })
}
