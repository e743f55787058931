import { CloudsteadError, type DocumentObject, type DocumentValue } from '@cloudstead/protocol'
import { expressionTest } from './expression.ts'
import { hasOperators, LOGICAL_OPERATORS } from './query-conditions.ts'
import { type Compiler, elementTest, FIELD_OPERATORS, type Test } from './query-operators.ts'
import type { RequestBudget } from './request-budget.ts'

/** A checked query, compiled. */
export interface Matcher {
  /** Whether the query has no conditions. */
  readonly matchesAll: boolean
  /** @throws CloudsteadError DATABASE_REQUEST_FAILED when the request has become too costly */
  test(document: DocumentObject): boolean
}

/**
 * Compiles a query that `checkQuery` returned.
 *
 * @param budget of the request, from which tests spend
 * @throws CloudsteadError INVALID_PARAM for errors that only the compiler finds
 */
export function compileQuery(query: DocumentObject, budget: RequestBudget): Matcher {
  return {
    matchesAll: Object.keys(query).length === 0,
    test: conditionsTest(query, { budget, compile: conditionsTest }),
  }
}

/**
 * Compiles conditions that `checkCriteria` returned to a test of one element of an array.
 *
 * @param budget of the request, from which tests spend
 */
export function compileElementTest(criteria: DocumentObject, budget: RequestBudget): (item: DocumentValue) => boolean {
  return elementTest(criteria, { budget, compile: conditionsTest })
}

function conditionsTest(query: DocumentObject, compiler: Compiler): Test {
  const tests = Object.entries(query).flatMap(([name, condition]) => {
    if (LOGICAL_OPERATORS.has(name))
      return [
        logicalTest(
          name,
          (condition as readonly DocumentObject[]).map((one) => conditionsTest(one, compiler)),
        ),
      ]
    if (name === '$expr') return [expressionTest(condition, compiler.budget)]
    return fieldTests(name, condition, compiler)
  })
  return all(tests)
}

function logicalTest(name: string, tests: readonly Test[]): Test {
  if (name === '$and') return all(tests)
  const some: Test = (document) => tests.some((test) => test(document))
  return name === '$or' ? some : not(some)
}

function fieldTests(path: string, condition: DocumentValue, compiler: Compiler): readonly Test[] {
  if (condition instanceof RegExp) return [operatorTest('$regex', path, condition, compiler)]
  if (!hasOperators(condition)) return [operatorTest('$eq', path, condition, compiler)]
  const testOf = (one: DocumentValue) => all(fieldTests(path, one, compiler))
  return Object.entries(condition as DocumentObject).map(([operator, operand]) => {
    if (operator === '$not') return not(testOf(operand))
    // Not MongoDB's: the check of queries makes them of conditions that the SDKs do not encode.
    if (LOGICAL_OPERATORS.has(operator)) return logicalTest(operator, (operand as readonly DocumentValue[]).map(testOf))
    return operatorTest(operator, path, operand, compiler)
  })
}

function operatorTest(operator: string, path: string, operand: DocumentValue, compiler: Compiler): Test {
  const make = Object.hasOwn(FIELD_OPERATORS, operator) ? FIELD_OPERATORS[operator] : undefined
  if (make === undefined)
    throw new CloudsteadError('INVALID_PARAM', {
      en: `the query operator ${operator} is not known`,
      zh: `未知的查询操作符 ${operator}`,
    })
  return make(path, operand, compiler)
}

function all(tests: readonly Test[]): Test {
  const [only] = tests
  if (only !== undefined && tests.length === 1) return only
  return (document) => tests.every((test) => test(document))
}

function not(test: Test): Test {
  return (document) => !test(document)
}
