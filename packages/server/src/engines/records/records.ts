/**
 * The records seam: small transactional data. Documents, files, users, sessions and keys are all records.
 *
 * The interface is small enough to distribute. A record has a version; read-modify-write is optimistic: read, decide in
 * the service, `commit` with the versions that were seen, retry on conflict. An index entry is a byte string whose order
 * is the order of the values it stands for (key-encoding.ts), so a sort, a range, a folder listing and a page are all one
 * walk over a B-tree. No caller may depend on a lock held in this process.
 */

/**
 * Names one record. `space` groups records that are listed together, such as `files` or `doc:orders`. Both are any text
 * that is well-formed Unicode; with a lone surrogate a commit rejects with TypeError, and `get` finds nothing.
 */
export interface RecordKey {
  readonly space: string
  readonly id: string
}

/** One entry of a record in one index of its space. A record may have any number of entries in an index (multikey). */
export interface IndexEntry {
  readonly index: string
  readonly key: Uint8Array
  /**
   * When true, the write is refused if another record of the space has an entry with the same key in this index. An
   * index is unique or not: give all of its entries the same mark.
   */
  readonly unique?: boolean
}

export interface StoredRecord extends RecordKey {
  /** Grows by at least one with every write of this record, also across a delete and a new insert. Never 0. */
  readonly version: number
  /** The value as it was put, well-formed text that only the owner of the space interprets (JSON by convention). */
  readonly value: string
}

export interface PutWrite extends RecordKey {
  readonly op: 'put'
  readonly value: string
  /** All index entries of the record; entries of its former value are dropped. */
  readonly entries: readonly IndexEntry[]
}

export interface DeleteWrite extends RecordKey {
  readonly op: 'delete'
}

export type RecordWrite = PutWrite | DeleteWrite

/** What a writer saw: the version it read, or null for "it did not exist". */
export interface Expectation extends RecordKey {
  readonly version: number | null
}

export type CommitResult =
  /**
   * Durable: it survives a kill -9 and a power loss. `seq` is the position of its last change in the change feed; that of
   * the newest change of all when the commit changed nothing.
   */
  | { readonly done: true; readonly seq: number }
  /** Nothing was written: these expectations do not hold any more. */
  | { readonly done: false; readonly reason: 'conflict'; readonly keys: readonly RecordKey[] }
  /**
   * Nothing was written: the write of the record `key` has an entry in the unique index `index` that another record holds.
   * Writes are judged in their order: a later one may take what an earlier one of the same commit gave up.
   */
  | { readonly done: false; readonly reason: 'duplicate'; readonly key: RecordKey; readonly index: string }

/** A range of index keys; a missing bound is open. Bounds compare as unsigned bytes. */
export interface KeyRange {
  readonly from?: { readonly key: Uint8Array; readonly inclusive: boolean }
  readonly to?: { readonly key: Uint8Array; readonly inclusive: boolean }
}

/**
 * A place in a walk, to go on after it. Opaque text of URL-safe characters, without secrecy: it holds the index key and id
 * of the last record that was walked. A forged one leads nowhere outside the request's ranges; one that is no cursor of
 * such a walk makes `find` reject with BadCursorError (cursor.ts).
 */
export type Cursor = string

export interface FindRequest {
  readonly space: string
  /** Walks this index; without it the records are walked by id (UTF-8 byte order). */
  readonly index?: string
  /** Walked in this order, also in reverse; overlapping ranges yield a record once per range. Ignored without `index`. */
  readonly ranges?: readonly KeyRange[]
  readonly reverse?: boolean
  readonly after?: Cursor
  /** At most this many entries are walked in one call; a whole number from 1, else `find` rejects with RangeError. */
  readonly limit: number
  /**
   * Bounds the memory of a page: it ends after the record with which its values have this many bytes of UTF-8 or more. So
   * at least one record comes, and never more than this and one value. A whole number from 1, else RangeError; without it
   * only `limit` bounds the page.
   */
  readonly maxBytes?: number
}

export interface FindResult {
  /** In index order. With a multikey index the same record can come more than once. */
  readonly records: readonly StoredRecord[]
  /** Where to go on; absent at the end, and only there: a page that `maxBytes` has ended early has it. */
  readonly next?: Cursor
}

/** One change of the feed. A delete has no value. */
export interface RecordChange extends RecordKey {
  readonly seq: number
  readonly op: 'put' | 'delete'
  readonly version: number
}

export interface ChangesResult {
  readonly changes: readonly RecordChange[]
  /** The seq to ask for next; equals the one asked for when nothing is new. */
  readonly next: number
  /**
   * True when the feed no longer reaches back to the seq that was asked for, or never held it (another database): there
   * are no changes then, and the asker reads everything anew and goes on from `next`.
   */
  readonly truncated: boolean
}

/** The seam itself. Every implementation passes records.contract.ts. */
export interface Records {
  /**
   * The records of these keys, in their order, undefined where there is none; all as of one moment. With `maxBytes` the
   * answer ends early as that of `find` does: it is then for the first keys only, and for at least one of them.
   */
  get(keys: readonly RecordKey[], maxBytes?: number): Promise<readonly (StoredRecord | undefined)[]>
  find(request: FindRequest): Promise<FindResult>
  /** How many records a space holds. */
  count(space: string): Promise<number>
  /**
   * All writes, in their order, or none. Without writes it only checks the expectations. Resolves only when the result is
   * durable. Rejects when the disk or the engine fails; whether it was written is then unknown.
   */
  commit(writes: readonly RecordWrite[], expectations?: readonly Expectation[]): Promise<CommitResult>
  /** The changes after this seq (0: from the first), at most `limit` of them. */
  changesSince(seq: number, limit: number): Promise<ChangesResult>
  /** Finishes what was accepted, then closes. What is asked later rejects. */
  close(): Promise<void>
}
