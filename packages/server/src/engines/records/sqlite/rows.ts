import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** A statement whose rows are lists of columns. Making an object of a row, and reading it, takes as long as finding it. */
export interface RowStatement<Row extends readonly unknown[]> {
  get(...parameters: readonly SQLInputValue[]): Row | undefined
  all(...parameters: readonly SQLInputValue[]): readonly Row[]
}

/**
 * Prepares a statement whose columns have different names.
 *
 * @param db only its `prepare` is used
 */
export function prepareRows<Row extends readonly unknown[]>(
  db: Pick<DatabaseSync, 'prepare'>,
  sql: string,
): RowStatement<Row> {
  const statement = db.prepare(sql)
  if (typeof statement.setReturnArrays === 'function') {
    statement.setReturnArrays(true)
    return statement as unknown as RowStatement<Row>
  }
  // Node before 22.16.
  const columns = (row: object) => Object.values(row) as unknown as Row
  return {
    get(...parameters) {
      const row = statement.get(...parameters)
      return row && columns(row)
    },
    all: (...parameters) => statement.all(...parameters).map(columns),
  }
}
