import {
  type Caller,
  CloudsteadError,
  type DocumentObject,
  type DocumentValue,
  idsOf,
  isDocumentObject,
  ownerMark,
  regexOf,
  type UserCaller,
} from '@cloudstead/protocol'
import { checkExpression } from './expression-check.ts'
import { parseNear, queryShape } from './geo.ts'
import { checkName, own, parsePath } from './paths.ts'
import { hasOperators, isOperator, isOperatorsOnly, isPlaceholder, LOGICAL_OPERATORS } from './query-conditions.ts'

/**
 * The allow-list of queries. A query is checked and copied before anything evaluates it: in the copy every operator is
 * known, its operand has the right type, regular expressions are compiled, and `{openid}` and `{uid}` are replaced.
 */

/**
 * Conditions, operators and expressions of one query, each of which is tested on each document: 1000 on a page of
 * documents block the event loop for some 20 ms. Strings and numbers in lists do not count: they are looked up.
 */
const MAX_CONDITIONS = 1000

type OperandCheck = (operand: DocumentValue, context: Context) => DocumentValue

interface Context {
  readonly caller: Caller
  /** Whether `$nearSphere` is allowed here: it sorts, so it must hold for every result. */
  readonly conjunct: boolean
  readonly path: string
  /** How many more conditions there may be. */
  readonly budget: { left: number }
}

function spend({ budget }: Context): void {
  budget.left -= 1
  if (budget.left < 0) throw invalid(`a query may have at most ${MAX_CONDITIONS} conditions`)
}

function invalid(text: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', text)
}

function refused(operator: string): CloudsteadError {
  return new CloudsteadError('DATABASE_INVALID_OPERRATOR', `the query operator ${operator} is not supported here`)
}

/**
 * The ids that `{openid}` and `{uid}` stand for. For `_openid`, the creator of a document, each stands for all ids of the
 * user, since any of them identifies the user. In other fields it stands for the id that `auth.openid` or `auth.uid` has
 * in rules.
 */
function placeholder(value: DocumentValue, { caller, path }: Pick<Context, 'caller' | 'path'>) {
  if (caller.kind !== 'user' || !isPlaceholder(value)) return undefined
  return path === '_openid' ? idsOf(caller) : [namedId(value, caller)]
}

function namedId(placeholder: '{openid}' | '{uid}', caller: UserCaller): string {
  return placeholder === '{openid}' ? ownerMark(caller) : caller.uid
}

/** A value to compare with. It has no operators at any depth. */
function literal(value: DocumentValue, caller: Caller): DocumentValue {
  if (caller.kind === 'user' && isPlaceholder(value)) return namedId(value, caller)
  if (Array.isArray(value)) return (value as readonly DocumentValue[]).map((item) => literal(item, caller))
  if (!isDocumentObject(value)) return value
  const target: Record<string, DocumentValue> = {}
  for (const [name, item] of Object.entries(value)) {
    if (isOperator(name)) throw refused(name)
    checkName(name, name)
    target[name] = literal(item, caller)
  }
  return target
}

/** Checks a list of values. A placeholder in it stands for all its ids. */
function list(operator: string): OperandCheck {
  return (operand, context) => {
    if (!Array.isArray(operand)) throw invalid(`${operator} needs an array`)
    return (operand as readonly DocumentValue[]).flatMap<DocumentValue>((item) => {
      if (typeof item === 'object' && item !== null) spend(context)
      return placeholder(item, context) ?? [literal(item, context.caller)]
    })
  }
}

const elemMatch: OperandCheck = (operand, context) => {
  if (!isDocumentObject(operand)) throw invalid('$elemMatch needs an object')
  const inner = { ...context, conjunct: false }
  return isOperatorsOnly(operand) ? checkOperators(operand, inner) : checkConditions(operand, inner)
}

const OPERATORS: Readonly<Record<string, OperandCheck>> = {
  $eq: (operand, { caller }) => literal(operand, caller),
  $ne: (operand, { caller }) => literal(operand, caller),
  $gt: (operand, { caller }) => literal(operand, caller),
  $gte: (operand, { caller }) => literal(operand, caller),
  $lt: (operand, { caller }) => literal(operand, caller),
  $lte: (operand, { caller }) => literal(operand, caller),
  $in: list('$in'),
  $nin: list('$nin'),
  $exists: (operand) => {
    if (typeof operand !== 'boolean' && typeof operand !== 'number') throw invalid('$exists needs true or false')
    return Boolean(operand)
  },
  $size: (operand) => {
    if (typeof operand !== 'number' || !Number.isInteger(operand) || operand < 0) {
      throw invalid('$size needs a whole number of at least 0')
    }
    return operand
  },
  $mod: (operand) => {
    const [divisor, remainder] = Array.isArray(operand) ? (operand as readonly DocumentValue[]) : []
    if (typeof divisor !== 'number' || typeof remainder !== 'number' || Math.trunc(divisor) === 0) {
      throw invalid('$mod needs [divisor, remainder], and the divisor must not be 0')
    }
    return [Math.trunc(divisor), Math.trunc(remainder)]
  },
  $all: (operand, context) => {
    if (!Array.isArray(operand)) throw invalid('$all needs an array')
    return (operand as readonly DocumentValue[]).map((item) => {
      spend(context)
      const inner = isDocumentObject(item) && Object.keys(item).length === 1 ? item.$elemMatch : undefined
      return inner === undefined ? literal(item, context.caller) : { $elemMatch: elemMatch(inner, context) }
    })
  },
  $elemMatch: elemMatch,
  $not: (operand, context) => {
    if (operand instanceof RegExp) return operand
    if (!isDocumentObject(operand)) throw invalid('$not needs operators or a regular expression')
    // The SDK sends `{}` for a negated chain of conditions. MongoDB refuses it too.
    if (!isOperatorsOnly(operand)) throw invalid('$not needs operators or a regular expression')
    return checkOperators(operand, { ...context, conjunct: false })
  },
  $nearSphere: (operand, { conjunct, path }) => {
    if (!conjunct) throw invalid('$nearSphere is only allowed at the top level of a query')
    parseNear(path, operand)
    return operand
  },
  $geoWithin: (operand) => {
    queryShape('$geoWithin', operand)
    return operand
  },
  $geoIntersects: (operand) => {
    queryShape('$geoIntersects', operand)
    return operand
  },
}

/** Compiles `$regex` with its `$options`. */
function checkRegex(spec: DocumentObject): RegExp {
  const { $regex: pattern, $options: options } = spec
  if (pattern instanceof RegExp) return regexOf(pattern.source, options ?? pattern.flags)
  return regexOf(pattern, options ?? '')
}

function checkOperators(spec: DocumentObject, context: Context): DocumentObject {
  const target: Record<string, DocumentValue> = {}
  for (const [operator, operand] of Object.entries(spec)) {
    spend(context)
    if (operator === '$regex') target.$regex = checkRegex(spec)
    else if (operator === '$options' && '$regex' in spec) continue
    else {
      const check = own(OPERATORS, operator)
      if (check === undefined) throw refused(operator)
      const ids = operator === '$eq' || operator === '$ne' ? placeholder(operand, context) : undefined
      if (ids === undefined) target[operator] = check(operand, context)
      else addIds(target, operator === '$eq' ? '$in' : '$nin', ids)
    }
  }
  return target
}

/** Sets the ids of a placeholder as the operand. */
function addIds(target: Record<string, DocumentValue>, operator: '$in' | '$nin', ids: readonly string[]): void {
  if (operator in target) throw invalid(`one field has both a placeholder and ${operator}`)
  target[operator] = ids
}

function checkField(path: string, value: DocumentValue, context: Context): DocumentValue {
  parsePath(path)
  const ids = placeholder(value, { caller: context.caller, path })
  if (ids !== undefined) return { $in: ids }
  if (!hasOperators(value)) return literal(value, context.caller)
  return checkOperators(value as DocumentObject, { ...context, path })
}

/** A branch counts as a condition, also an empty one: it is tested too. */
function checkBranch(query: DocumentObject, context: Context): DocumentObject {
  spend(context)
  return checkConditions(query, context)
}

function checkConditions(query: DocumentObject, context: Context): DocumentObject {
  const target: Record<string, DocumentValue> = {}
  for (const [name, value] of Object.entries(query)) {
    spend(context)
    if (LOGICAL_OPERATORS.has(name)) {
      if (!Array.isArray(value) || value.length === 0 || !value.every(isDocumentObject)) {
        throw invalid(`${name} needs a list of conditions`)
      }
      const inner = { ...context, conjunct: context.conjunct && name === '$and' }
      target[name] = (value as readonly DocumentObject[]).map((item) => checkBranch(item, inner))
    } else if (name === '$expr') {
      checkExpression(value, () => spend(context))
      target[name] = value
    } else if (isOperator(name)) throw refused(name)
    else target[name] = checkField(name, value, context)
  }
  return target
}

/**
 * Checks a query of a caller and returns a copy to evaluate.
 *
 * @throws CloudsteadError DATABASE_INVALID_OPERRATOR for operators that are not allowed (`$where`, `$text`,
 *   `$jsonSchema`, ...), INVALID_PARAM for operands of the wrong type and invalid field names
 */
export function checkQuery(query: DocumentObject, caller: Caller): DocumentObject {
  return checkConditions(query, { caller, conjunct: true, path: '', budget: { left: MAX_CONDITIONS } })
}
