import { unpackEntries } from '../entry-list.ts'
import { escapeText, type StoredKey, shorten, splitKey, viewOf } from './bytes.ts'
import { NO_ENTRIES } from './jobs.ts'
import type { Change, ChangedHolder, ChangedRecord, Judgement, RecordState } from './judge.ts'
import { COMMIT, type Statement } from './statements.ts'

export const UPDATE = `UPDATE records r SET version = w.version, entries = w.entries, bytes = w.bytes, value = w.value
  FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bytea[], $5::int[], $6::text[]) w(space, id, version, entries, bytes, value)
  WHERE r.space = w.space AND r.id = w.id`
export const INSERT = `INSERT INTO records (space, id, version, entries, bytes, value)
  SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bytea[], $5::int[], $6::text[])`
const TOMBSTONES =
  'INSERT INTO tombstones (version, space, id) SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])'
const DROP_ENTRIES = `DELETE FROM entries e USING unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[]) d(space, idx, key, hash, id)
  WHERE e.space = d.space AND e.idx = d.idx AND e.key = d.key AND e.hash = d.hash AND e.id = d.id`
export const ADD_ENTRIES = `INSERT INTO entries (space, idx, key, hash, id, tail)
  SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[])`
const DROP_UNIQUES = `DELETE FROM uniques u USING unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[]) d(space, idx, key, id)
  WHERE u.space = d.space AND u.idx = d.idx AND u.key = d.key AND u.id = d.id`
const ADD_UNIQUES = `INSERT INTO uniques (space, idx, key, id) SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[])`
const CHANGES = `INSERT INTO changes (lane, version, op, space, id)
  SELECT $1::bigint, * FROM unnest($2::bigint[], $3::int[], $4::bytea[], $5::bytea[])`
export const LEAVE_LANE = 'UPDATE lanes SET version = $2, used = now() WHERE lane = $1'

/** The values of `changes.op`. */
export const CHANGE_PUT = 1
const CHANGE_DELETE = 2

type Cell = string | number | null | Buffer

/** The statements that write a batch and commit it. */
export function writeStatements(lane: number, { records, holders, version }: Judgement, changes: readonly Change[]) {
  const statements: Statement[] = []
  /** Adds a statement with the columns of these rows; none without rows. */
  const add = (text: string, rows: readonly (readonly Cell[])[], ...first: number[]) => {
    const [row] = rows
    if (row)
      statements.push({ text, values: [...first, ...row.map((_, at) => rows.map((cells) => cells[at] ?? null))] })
  }
  add(UPDATE, records.filter(({ before }) => before.hasRow).map(recordRow))
  add(INSERT, records.filter(({ before }) => !before.hasRow).map(recordRow))
  add(
    TOMBSTONES,
    records.filter(({ after }) => !after.live).map(({ after }) => [after.version, ...cellsOf(after)]),
  )
  add(
    DROP_ENTRIES,
    records.flatMap(({ before, after }) => entryRows(before, after)).map((row) => row.slice(0, -1)),
  )
  add(
    ADD_ENTRIES,
    records.flatMap(({ before, after }) => entryRows(after, before)),
  )
  add(DROP_UNIQUES, holderRows(holders, 'before'))
  add(ADD_UNIQUES, holderRows(holders, 'after'))
  add(
    CHANGES,
    changes.map((change) => [
      change.version,
      change.op === 'put' ? CHANGE_PUT : CHANGE_DELETE,
      Buffer.from(change.space),
      Buffer.from(change.id),
    ]),
    lane,
  )
  statements.push({ text: LEAVE_LANE, values: [lane, version] }, COMMIT)
  return statements
}

function recordRow({ after }: ChangedRecord): Cell[] {
  const { value } = after
  const bytes = value === undefined ? 0 : Buffer.byteLength(value)
  return [
    ...cellsOf(after),
    after.version,
    viewOf(after.entries),
    bytes,
    value === undefined ? null : escapeText(value),
  ]
}

/** The rows of the entries of one state that the other does not have. */
function entryRows(state: RecordState, other: RecordState): Cell[][] {
  if (state.entries === NO_ENTRIES || Buffer.compare(state.entries, other.entries) === 0) return []
  const others = unpackEntries(other.entries)
  return [...unpackEntries(state.entries)]
    .filter(([text]) => !others.has(text))
    .map(([, { index, key }]) => {
      const { prefix, hash, tail } = splitKey(key)
      return [state.spaceBytes, shorten(Buffer.from(index)), prefix, hash, state.idBytes, tail]
    })
}

/** Sorted, so that two batches do not wait for each other. */
function holderRows(holders: readonly ChangedHolder[], which: 'before' | 'after'): Buffer[][] {
  return holders
    .flatMap(({ space, index, key, [which]: id }) =>
      id === undefined
        ? []
        : [[Buffer.from(space), shorten(Buffer.from(index)), shorten(viewOf(key)), Buffer.from(id)]],
    )
    .sort((a, b) => Buffer.compare(Buffer.concat(a.slice(0, 3)), Buffer.concat(b.slice(0, 3))))
}

function cellsOf({ spaceBytes, idBytes }: StoredKey): [Buffer, Buffer] {
  return [spaceBytes, idBytes]
}
