import { createContext, runInContext } from 'node:vm'
import { CloudsteadError, type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { Query } from 'mingo/query'
import { queryOptions } from './query-operators.ts'

/**
 * How long a query with regular expressions may hold up everybody else at a stretch, and in all, in ms. JavaScript's
 * expressions backtrack: a pattern such as `(a+)+b` would otherwise run for hours.
 */
const REGEX_STRETCH = 250
const REGEX_BUDGET = 5000

const OPTIONS = queryOptions()

/** A checked query, compiled. */
export interface Matcher {
  /** True for a query without conditions. */
  readonly matchesAll: boolean
  test(document: DocumentObject): boolean
  /**
   * Runs work that calls `test` on some documents, under a deadline when the query has regular expressions.
   *
   * @throws CloudsteadError DATABASE_REQUEST_FAILED when the deadline passes
   */
  run<T>(work: () => T): T
}

/**
 * Compiles a query that checkQuery wrote.
 *
 * @throws CloudsteadError INVALID_PARAM for what only the compiler notices
 */
export function compileQuery(query: DocumentObject): Matcher {
  let compiled: Query<DocumentObject>
  try {
    compiled = new Query<DocumentObject>(query, OPTIONS)
  } catch (cause) {
    if (cause instanceof CloudsteadError) throw cause
    throw new CloudsteadError('INVALID_PARAM', 'the query is malformed', { cause })
  }
  const test = (document: DocumentObject): boolean => {
    try {
      return compiled.test(document)
    } catch {
      // An expression that a document's values do not suit must not break the query for all the other documents.
      return false
    }
  }
  return {
    matchesAll: Object.keys(query).length === 0,
    test,
    run: hasRegex(query) ? deadline() : (work) => work(),
  }
}

function hasRegex(value: DocumentValue): boolean {
  if (value instanceof RegExp) return true
  if (Array.isArray(value)) return (value as readonly DocumentValue[]).some(hasRegex)
  return isDocumentObject(value) && Object.values(value).some(hasRegex)
}

/** The virtual machine is here for its clock only: it interrupts even a regular expression that backtracks. */
function deadline(): Matcher['run'] {
  const sandbox: { work?: () => void } = {}
  const context = createContext(sandbox)
  let left = REGEX_BUDGET
  return <T>(work: () => T): T => {
    let result: { readonly value: T } | undefined
    sandbox.work = () => {
      result = { value: work() }
    }
    const started = performance.now()
    try {
      runInContext('work()', context, { timeout: Math.max(1, Math.ceil(Math.min(REGEX_STRETCH, left))) })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
      throw new CloudsteadError(
        'DATABASE_REQUEST_FAILED',
        'the regular expression takes too long: make it simpler, or narrow the query',
      )
    } finally {
      left -= performance.now() - started
    }
    if (result === undefined) throw new Error('the work under the deadline gave no result')
    return result.value
  }
}
