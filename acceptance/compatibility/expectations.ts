/** What the calls of a table are expected to do in its columns. Tests compare it with what the SDKs do, in both directions. */
import assert from 'node:assert/strict'
import type { ProbeResults } from './probe.ts'

export type Outcome = 'works' | 'the SDK cannot' | 'not yet'

/** Calls that an SDK cannot do by itself, whatever a server answers. */
export interface Limit<Column> {
  readonly rows: readonly string[]
  readonly where: (column: Column) => boolean
  /** In which columns, and why. */
  readonly en: string
  readonly zh: string
}

export interface Expectations<Column> {
  /** The declared calls. */
  readonly declared: readonly string[]
  /** The rows with a probe. */
  readonly probed: readonly string[]
  /** Calls that this server does not have. A call that is neither here nor has a probe fails a test: it is new. */
  readonly notYet: ReadonlySet<string>
  readonly limits: readonly Limit<Column>[]
}

/** Rows that no declaration has: one call in another situation. */
const OTHER_ROWS = [
  'app.uploadFile that is refused',
  'app.downloadFile that is refused',
  'app.callFunction that fails',
  'collection.add that is refused',
  'query.get that is refused',
  'doc.get of a missing document',
]

/** Every row: the declared calls, and the others behind the call that they are about. */
export function rowsOf<C>({ declared }: Expectations<C>): readonly string[] {
  return declared.flatMap((row) => [row, ...OTHER_ROWS.filter((other) => other.startsWith(`${row} `))])
}

/** Rows without an outcome, and outcomes without a row: both are mistakes. */
export function strayRows<C>(expectations: Expectations<C>): readonly string[] {
  const { probed, notYet } = expectations
  const rows = rowsOf(expectations)
  return [
    ...rows.filter((row) => probed.includes(row) === notYet.has(row)),
    ...[...probed, ...notYet].filter((row) => !rows.includes(row)),
  ]
}

/** The limits of a row in a column. */
export function limitsOf<C>({ limits }: Expectations<C>, row: string, column: C): readonly Limit<C>[] {
  return limits.filter(({ rows, where }) => rows.includes(row) && where(column))
}

export function outcomeOf<C>(expectations: Expectations<C>, row: string, column: C): Outcome {
  if (!expectations.probed.includes(row)) return 'not yet'
  return limitsOf(expectations, row, column).length > 0 ? 'the SDK cannot' : 'works'
}

/** Each call that is said to work does, and each that the SDK is said to be unable to do fails. */
export function assertOutcomes<C>(expectations: Expectations<C>, column: C, results: ProbeResults): void {
  const wrong = expectations.probed.flatMap((row) => {
    const expected = outcomeOf(expectations, row, column)
    const reason = results[row]
    if (expected === 'works' && reason !== undefined) return [`${row} should work: ${reason}`]
    if (expected === 'the SDK cannot' && reason === undefined) return [`${row} works: remove its limit`]
    return []
  })
  assert.deepEqual(wrong, [])
  assert.equal(Object.keys(results).length, expectations.probed.length)
}
