import { idsOfLogin } from '../caller/caller.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'
import { type DocumentData, isFields } from '../database/context.ts'
import { hasOperators } from '../database/query-conditions.ts'
import { text } from '../text.ts'
import { unknownName } from '../unknown-name.ts'
import { flatten } from './document-data.ts'
import type { JsonCursor } from './json-cursor.ts'
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

/** Operators whose operands are not conditions. */
const OPAQUE = new Set(['$expr', '$nearSphere', '$geoWithin', '$geoIntersects'])

const OPERATOR = text('operator', '操作符')

/**
 * Refuses unknown operators. With a misspelled one, every query would be denied.
 *
 * @throws {RuleError}
 */
export function checkQueryOperators(cursor: JsonCursor): void {
  if (Array.isArray(cursor.value)) for (const item of cursor.items()) checkQueryOperators(item)
  if (!isFields(cursor.value)) return
  for (const [name, member] of cursor.members()) {
    if (name === '$date') continue
    if (name.startsWith('$') && !QUERY_OPERATORS.includes(name)) {
      member.fail(unknownName(OPERATOR, name, QUERY_OPERATORS))
    }
    if (!OPAQUE.has(name)) checkQueryOperators(member)
  }
}

/**
 * A query in the form that the server passes to rules: with dotted paths, and the placeholders of `caller` replaced.
 *
 * @param query as an app writes it: `{ _openid: '{openid}', 'total': { $gt: 3 } }`
 */
export function judgedQuery(query: DocumentData, caller: RuleAuth | null): DocumentData {
  return Object.fromEntries(
    Object.entries(flatten(query)).map(([name, condition]) => {
      if (LOGICAL.includes(name) && Array.isArray(condition)) {
        return [name, condition.map((inner: unknown) => (isFields(inner) ? judgedQuery(inner, caller) : inner))]
      }
      return [name, judgedCondition(name, condition, caller)]
    }),
  )
}

function judgedCondition(path: string, condition: unknown, caller: RuleAuth | null): unknown {
  const ids = placeholder(path, condition, caller)
  if (ids !== undefined) return { $in: ids }
  if (!hasOperators(condition)) return condition
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

/** The ids that a placeholder stands for: on `_openid` all ids of the caller, on other paths the one that it names. */
function placeholder(path: string, value: unknown, caller: RuleAuth | null): readonly string[] | undefined {
  if (caller === null || (value !== '{openid}' && value !== '{uid}')) return undefined
  if (path === '_openid') return idsOfLogin(caller)
  return [value === '{openid}' ? ownerMark(caller) : caller.uid]
}

/**
 * The operators of an update. `{ a: 1 }` means `$set`; `{ n: { $inc: 1 } }` and `{ $inc: { n: 1 } }` are the same.
 *
 * @throws {RuleError} for unknown operators
 */
export function readUpdate(data: DocumentData, cursor: JsonCursor): DocumentData {
  const update = new Map<string, Record<string, unknown>>()
  const add = (operator: string, fields: Readonly<Record<string, unknown>>): void => {
    if (!UPDATE_OPERATORS.includes(operator)) cursor.fail(unknownName(OPERATOR, operator, UPDATE_OPERATORS))
    update.set(operator, { ...update.get(operator), ...fields })
  }
  for (const [name, value] of Object.entries(flatten(data))) {
    if (name.startsWith('$')) {
      const needsFields = text(`${name} needs an object of fields`, `${name} 需要一个字段对象`)
      add(name, isFields(value) ? value : cursor.fail(needsFields))
    } else if (hasOperators(value)) {
      for (const [operator, operand] of Object.entries(value)) add(operator, { [name]: operand })
    } else add('$set', { [name]: value })
  }
  return Object.fromEntries(update)
}
