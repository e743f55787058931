import { createContext, runInContext } from 'node:vm'
import { CloudsteadError, type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { Query } from 'mingo/query'
import { queryOptions } from './query-operators.ts'

/**
 * How long a costly query may block the event loop at once (STRETCH), and how long it may run in total (BUDGET), in ms.
 * JavaScript's regular expressions backtrack, so that a pattern such as `(a+)+b` can run for hours. Each edge of a
 * geometry is compared with each edge of a stored one, and each condition with each element of a stored array.
 */
const STRETCH = 250
const BUDGET = 5000
/** Queries with more values get a deadline, which costs half a millisecond. */
const QUICK_VALUES = 100
const COSTLY = new Set(['$geoWithin', '$geoIntersects', '$expr'])

const OPTIONS = queryOptions()

/** A checked query, compiled. */
export interface Matcher {
  /** Whether the query has no conditions. */
  readonly matchesAll: boolean
  test(document: DocumentObject): boolean
  /**
   * Runs work that calls `test` on some documents, with a deadline when the query may be costly.
   *
   * @throws CloudsteadError DATABASE_REQUEST_FAILED when the deadline passes
   */
  run<T>(work: () => T): T
}

/**
 * Compiles a query that `checkQuery` returned.
 *
 * @param costly whether the work apart from the query may take long and needs the deadline
 * @throws CloudsteadError INVALID_PARAM for errors that only the compiler finds
 */
export function compileQuery(query: DocumentObject, costly = false): Matcher {
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
      // An expression that fails on one document must not fail the query for all others.
      return false
    }
  }
  return {
    matchesAll: Object.keys(query).length === 0,
    test,
    run: costly || isCostly(query) ? deadline() : (work) => work(),
  }
}

function isCostly(query: DocumentObject): boolean {
  let values = 0
  const visit = (value: DocumentValue): boolean => {
    values += 1
    if (value instanceof RegExp || values > QUICK_VALUES) return true
    if (Array.isArray(value)) return (value as readonly DocumentValue[]).some(visit)
    return isDocumentObject(value) && Object.entries(value).some(([name, item]) => COSTLY.has(name) || visit(item))
  }
  return visit(query)
}

/** The virtual machine serves as a timer only: it interrupts any work, also a regular expression that backtracks. */
function deadline(): Matcher['run'] {
  const sandbox: { work?: () => void } = {}
  const context = createContext(sandbox)
  let left = BUDGET
  return <T>(work: () => T): T => {
    let result: { readonly value: T } | undefined
    sandbox.work = () => {
      result = { value: work() }
    }
    const started = performance.now()
    try {
      runInContext('work()', context, { timeout: Math.max(1, Math.ceil(Math.min(STRETCH, left))) })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
      throw new CloudsteadError(
        'DATABASE_REQUEST_FAILED',
        'the query takes too long: make its regular expressions, geometries or lists simpler, or narrow it',
      )
    } finally {
      left -= performance.now() - started
    }
    if (result === undefined) throw new Error('the work under the deadline gave no result')
    return result.value
  }
}
