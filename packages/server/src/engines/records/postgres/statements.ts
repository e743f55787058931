/** What a parameter of a statement can be; arrays are sent whole and spread with `unnest`. */
type Parameter = string | number | null | Uint8Array | readonly (string | number | null | Uint8Array)[]

export interface Statement {
  readonly text: string
  readonly values?: readonly Parameter[]
}

/** A row; its columns are what the statement says. */
export type Row = Readonly<Record<string, unknown>>

/** Sends statements in one go; resolves to the rows of each. */
export type Send = (statements: readonly Statement[]) => Promise<readonly (readonly Row[])[]>

export const COMMIT: Statement = { text: 'COMMIT' }
