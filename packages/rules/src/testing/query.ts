import { idsOfLogin } from '../caller/caller.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'
import type { DocumentData } from '../database/context.ts'
import { text } from '../text.ts'
import { flattened, hasOperators } from './document-data.ts'
import { isObject, type Part, unknown } from './json-cursor.ts'
import { ownerMark } from './users.ts'

const LOGICAL = ['$and', '$or', '$nor']

const QUERY_OPERATORS = [
  ...LOGICAL,
  ...['$expr', '$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists', '$size', '$mod', '$all'],
  ...['$elemMatch', '$not', '$regex', '$options', '$nearSphere', '$geoWithin', '$geoIntersects'],
]

const UPDATE_OPERATORS = [
  ...['$set', '$unset', '$inc', '$mul', '$min', '$max', '$rename', '$bit', '$push', '$pop', '$pull', '$pullAll'],
  '$addToSet',
]

/** Below these stand operands that are not conditions. */
const OPAQUE = new Set(['$expr', '$nearSphere', '$geoWithin', '$geoIntersects'])

const OPERATOR = text('operator', '操作符')

/** Refuses operators that no query has: a slip there would make every query a denied one. */
export function checkQueryOperators(part: Part): void {
  if (Array.isArray(part.value)) for (const item of part.items()) checkQueryOperators(item)
  if (!isObject(part.value)) return
  for (const [name, member] of part.members()) {
    if (name === '$date') continue
    if (name.startsWith('$') && !QUERY_OPERATORS.includes(name)) member.fail(unknown(OPERATOR, name, QUERY_OPERATORS))
    if (!OPAQUE.has(name)) checkQueryOperators(member)
  }
}

/**
 * A query as the server judges it: dotted paths, and the placeholders of `caller` replaced.
 *
 * @param query as an app writes it: `{ _openid: '{openid}', 'total': { $gt: 3 } }`
 */
export function judgedQuery(query: DocumentData, caller: RuleAuth | null): DocumentData {
  return Object.fromEntries(
    Object.entries(flattened(query)).map(([name, condition]) => {
      if (LOGICAL.includes(name) && Array.isArray(condition)) {
        return [name, condition.map((part: unknown) => (isObject(part) ? judgedQuery(part, caller) : part))]
      }
      return [name, judgedCondition(name, condition, caller)]
    }),
  )
}

function judgedCondition(path: string, condition: unknown, caller: RuleAuth | null): unknown {
  const ids = placeholder(path, condition, caller)
  if (ids !== undefined) return { $in: ids }
  if (!isObject(condition) || !hasOperators(condition)) return condition
  return Object.fromEntries(
    Object.entries(condition).map(([operator, operand]): [string, unknown] => {
      const all = placeholder(path, operand, caller)
      if (all !== undefined && operator === '$eq') return ['$in', all]
      if (all !== undefined && operator === '$ne') return ['$nin', all]
      if (Array.isArray(operand)) {
        return [operator, operand.flatMap<unknown>((item: unknown) => placeholder(path, item, caller) ?? [item])]
      }
      return [operator, all === undefined || caller === null ? operand : ownerMark(caller)]
    }),
  )
}

/** The ids that a placeholder stands for: on `_openid` all of the caller's, elsewhere the one that it names. */
function placeholder(path: string, value: unknown, caller: RuleAuth | null): readonly string[] | undefined {
  if (caller === null || (value !== '{openid}' && value !== '{uid}')) return undefined
  if (path === '_openid') return idsOfLogin(caller)
  return [value === '{openid}' ? ownerMark(caller) : caller.uid]
}

/** The one document that a query can find. */
export function fixedId(query: DocumentData): string | number | undefined {
  const conditions = [query, ...(Array.isArray(query.$and) ? query.$and.filter(isObject) : [])]
  for (const { _id: condition } of conditions) {
    const id = isObject(condition) ? condition.$eq : condition
    if (typeof id === 'string' || typeof id === 'number') return id
  }
  return undefined
}

/**
 * The operators of an update: `{ a: 1 }` sets, `{ n: { $inc: 1 } }` and `{ $inc: { n: 1 } }` are the same.
 *
 * @throws {RuleError} for operators that no update has
 */
export function readUpdate(data: DocumentData, part: Part): DocumentData {
  const update = new Map<string, Record<string, unknown>>()
  const add = (operator: string, fields: Readonly<Record<string, unknown>>): void => {
    if (!UPDATE_OPERATORS.includes(operator)) part.fail(unknown(OPERATOR, operator, UPDATE_OPERATORS))
    update.set(operator, { ...update.get(operator), ...fields })
  }
  for (const [name, value] of Object.entries(flattened(data))) {
    if (name.startsWith('$')) {
      add(
        name,
        isObject(value) ? value : part.fail(text(`${name} needs an object of fields`, `${name} 需要一个字段对象`)),
      )
    } else if (isObject(value) && hasOperators(value)) {
      for (const [operator, operand] of Object.entries(value)) add(operator, { [name]: operand })
    } else add('$set', { [name]: value })
  }
  return Object.fromEntries(update)
}
