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
import { chainOf, isNested } from './sdk-conditions.ts'

/**
 * The allow-list of queries. A query is checked and copied before anything evaluates it: in the copy every operator is
 * known, its operand has the right type, regular expressions are compiled, and `{openid}` and `{uid}` are replaced.
 */

/**
 * Conditions, operators and expressions of one query, each of which is tested on each document: 1000 on a page of
 * documents block the event loop for some 20 ms. Strings and numbers in lists do not count: they are looked up.
 */
export const MAX_CONDITIONS = 1000

type OperandCheck = (operand: DocumentValue, context: Context) => DocumentValue

interface Context {
  readonly caller: Caller
  /** Whether `$nearSphere` is allowed here: it sorts, so it must hold for every result. */
  readonly conjunct: boolean
  readonly path: string
  /** Whether the conditions are on elements of an array. The SDKs do not encode them like other ones. */
  readonly inElement?: boolean
  /** How many more conditions there may be. */
  readonly budget: { left: number }
}

function spend({ budget }: Context): void {
  budget.left -= 1
  if (budget.left < 0)
    throw invalid(`a query may have at most ${MAX_CONDITIONS} conditions`, `一个查询最多 ${MAX_CONDITIONS} 个条件`)
}

function invalid(en: string, zh: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', { en, zh })
}

function refused(operator: string): CloudsteadError {
  return new CloudsteadError('DATABASE_INVALID_OPERRATOR', {
    en: `the query operator ${operator} is not supported here`,
    zh: `不支持查询操作符 ${operator}`,
  })
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
    if (!Array.isArray(operand)) throw invalid(`${operator} needs an array`, `${operator} 需要数组`)
    return (operand as readonly DocumentValue[]).flatMap<DocumentValue>((item) => {
      if (typeof item === 'object' && item !== null) spend(context)
      return placeholder(item, context) ?? [regexIn(item) ?? literal(item, context.caller)]
    })
  }
}

/** A regular expression in a list of values, which a dialect may not have decoded. */
function regexIn(item: DocumentValue): RegExp | undefined {
  return isDocumentObject(item) && '$regex' in item ? checkRegex(item) : undefined
}

const elemMatch: OperandCheck = (operand, context) => {
  if (!isDocumentObject(operand)) throw invalid('$elemMatch needs an object', '$elemMatch 需要对象')
  return checkElement(operand, { ...context, conjunct: false, inElement: true })
}

/** Conditions on one element of an array. Inside them, the SDKs leave chains of conditions as objects of their own. */
function checkElement(operand: DocumentObject, context: Context): DocumentObject {
  const chain = chainOf(operand)
  if (chain !== undefined) {
    const items = chain.operands.filter(isDocumentObject)
    const onValue = items.length < chain.operands.length || items.every(isValueCondition)
    if (!onValue) return { [chain.operator]: items.map((item) => checkElement(item, counted(context))) }
    // A value condition has operators only, and $not is one.
    return { $not: { $nor: [checkValue(operand, context)] } }
  }
  return isOperatorsOnly(operand) ? checkOperators(operand, context) : checkConditions(operand, context)
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
    if (typeof operand !== 'boolean' && typeof operand !== 'number')
      throw invalid('$exists needs true or false', '$exists 需要 true 或 false')
    return Boolean(operand)
  },
  $size: (operand) => {
    if (typeof operand !== 'number' || !Number.isInteger(operand) || operand < 0) {
      throw invalid('$size needs a whole number of at least 0', '$size 需要不小于 0 的整数')
    }
    return operand
  },
  $mod: (operand) => {
    const [divisor, remainder] = Array.isArray(operand) ? (operand as readonly DocumentValue[]) : []
    if (typeof divisor !== 'number' || typeof remainder !== 'number' || Math.trunc(divisor) === 0) {
      throw invalid(
        '$mod needs [divisor, remainder], and the divisor must not be 0',
        '$mod 需要 [除数, 余数]，且除数不能为 0',
      )
    }
    return [Math.trunc(divisor), Math.trunc(remainder)]
  },
  $all: (operand, context) => {
    if (!Array.isArray(operand)) throw invalid('$all needs an array', '$all 需要数组')
    return (operand as readonly DocumentValue[]).map((item) => {
      spend(context)
      const inner = isDocumentObject(item) && Object.keys(item).length === 1 ? item.$elemMatch : undefined
      return inner === undefined
        ? (regexIn(item) ?? literal(item, context.caller))
        : { $elemMatch: elemMatch(inner, context) }
    })
  },
  $elemMatch: elemMatch,
  $not: (operand, context) => {
    if (operand instanceof RegExp) return operand
    if (!isDocumentObject(operand))
      throw invalid('$not needs operators or a regular expression', '$not 需要操作符或正则表达式')
    // The SDK sends `{}` for a negated chain of conditions. MongoDB refuses it too.
    if (!isOperatorsOnly(operand))
      throw invalid('$not needs operators or a regular expression', '$not 需要操作符或正则表达式')
    return checkOperators(operand, { ...context, conjunct: false })
  },
  $nearSphere: (operand, { conjunct, path }) => {
    if (!conjunct)
      throw invalid('$nearSphere is only allowed at the top level of a query', '$nearSphere 只能用于查询的顶层')
    parseNear(path, operand)
    return operand
  },
  $geoWithin: (operand) => geometryOperand('$geoWithin', operand),
  $geoIntersects: (operand) => geometryOperand('$geoIntersects', operand),
}

/** In `$elemMatch` the SDKs leave out the `$` of `$geometry`. */
function geometryOperand(operator: string, operand: DocumentValue): DocumentValue {
  const { geometry } = isDocumentObject(operand) ? operand : {}
  const spec = geometry === undefined ? operand : { $geometry: geometry }
  queryShape(operator, spec)
  return spec
}

/** Compiles `$regex` with its `$options`. */
function checkRegex(spec: DocumentObject): RegExp {
  const { $regex: pattern, $options: options } = spec
  if (pattern instanceof RegExp) return regexOf(pattern.source, options ?? pattern.flags)
  return regexOf(pattern, options ?? '')
}

function checkOperators(spec: DocumentObject, context: Context): DocumentObject {
  const target: Record<string, DocumentValue> = {}
  for (const [name, operand] of Object.entries(spec)) {
    spend(context)
    // js-sdk 2 writes $neq in $elemMatch and $pull.
    const operator = name === '$neq' ? '$ne' : name
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
  if (operator in target)
    throw invalid(`one field has both a placeholder and ${operator}`, `一个字段同时有占位符和 ${operator}`)
  target[operator] = ids
}

function counted(context: Context): Context {
  spend(context)
  return context
}

function isValueCondition(item: DocumentObject): boolean {
  const chain = chainOf(item)
  return chain === undefined
    ? isOperatorsOnly(item)
    : chain.operands.every((one) => !isDocumentObject(one) || isValueCondition(one))
}

/** A condition on a value, which may be a chain that an SDK has not encoded. */
function checkValue(value: DocumentValue, context: Context): DocumentValue {
  spend(context)
  if (value instanceof RegExp) return value
  const chain = chainOf(value)
  if (chain !== undefined) {
    const operands = chain.operands.map((operand) => checkValue(operand, context))
    return chain.operator === '$not' ? { $nor: operands } : { [chain.operator]: operands }
  }
  if (!isDocumentObject(value) || !isOperatorsOnly(value))
    throw invalid('a chain of conditions needs operators', '链式条件需要操作符')
  return checkOperators(value, context)
}

function checkField(path: string, value: DocumentValue, context: Context): DocumentValue {
  parsePath(path)
  if (context.inElement && chainOf(value) !== undefined) return checkValue(value, { ...context, path })
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
        throw invalid(`${name} needs a list of conditions`, `${name} 需要条件列表`)
      }
      const inner = { ...context, conjunct: context.conjunct && name === '$and' }
      target[name] = (value as readonly DocumentObject[]).map((item) => checkBranch(item, inner))
    } else if (name === '$expr') {
      checkExpression(value, () => spend(context))
      target[name] = value
    } else if (isOperator(name)) throw refused(name)
    else if (context.inElement && isNested(value)) {
      const nested = Object.entries(value).map(([part, item]) => [`${name}.${part}`, item])
      Object.assign(target, checkConditions(Object.fromEntries(nested), context))
    } else target[name] = checkField(name, value, context)
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

/**
 * Checks conditions on one element of an array, as the operand of `$elemMatch`, and returns a copy to evaluate.
 *
 * @param conditions how many conditions the request may still have
 * @throws CloudsteadError like `checkQuery`
 */
export function checkCriteria(
  criteria: DocumentValue,
  caller: Caller,
  conditions: { left: number } = { left: MAX_CONDITIONS },
): DocumentObject {
  if (!isDocumentObject(criteria)) throw invalid('$elemMatch needs an object', '$elemMatch 需要对象')
  return checkElement(criteria, { caller, conjunct: false, inElement: true, path: 'value', budget: conditions })
}
