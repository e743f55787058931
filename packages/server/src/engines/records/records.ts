/**
 * The records seam: small transactional data. Documents, files, users, sessions and keys are all records.
 *
 * The interface is small enough to distribute. A record has a version; read-modify-write is optimistic: read, decide in
 * the service, `commit` with the versions that were seen, retry on conflict. An index entry is a byte string whose order
 * is the order of the values it stands for (key-encoding.ts), so a sort, a range, a folder listing and a page are all one
 * walk over a B-tree. No caller may depend on a lock held in this process.
 */

/** Names one record. `space` groups records that are listed together, such as `files` or `doc:orders`. */
export interface RecordKey {
  readonly space: string
  readonly id: string
}

/** One entry of a record in one index of its space. A record may have any number of entries in an index (multikey). */
export interface IndexEntry {
  readonly index: string
  readonly key: Uint8Array
  /** When true, no other record of the space may have an entry with the same key in this index. */
  readonly unique?: boolean
}

export interface StoredRecord extends RecordKey {
  /** Grows by at least one with every write of this record, also across a delete and a new insert. Never 0. */
  readonly version: number
  /** The value as it was put, text that only the owner of the space interprets (JSON by convention). */
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
  /** Durable: it survives a kill -9 and a power loss. `seq` is the position of its last change in the change feed. */
  | { readonly done: true; readonly seq: number }
  /** Nothing was written: these expectations do not hold any more. */
  | { readonly done: false; readonly reason: 'conflict'; readonly keys: readonly RecordKey[] }
  /** Nothing was written: another record holds this key of a unique index. */
  | { readonly done: false; readonly reason: 'duplicate'; readonly key: RecordKey; readonly index: string }

/** A range of index keys; a missing bound is open. Bounds compare as unsigned bytes. */
export interface KeyRange {
  readonly from?: { readonly key: Uint8Array; readonly inclusive: boolean }
  readonly to?: { readonly key: Uint8Array; readonly inclusive: boolean }
}

/** A place in a walk, to go on after it. Opaque, safe to hand to a client as text. */
export type Cursor = string

export interface FindRequest {
  readonly space: string
  /** Walks this index; without it the records are walked by id (UTF-8 byte order). */
  readonly index?: string
  /** In the order they are walked when several; overlapping ranges yield a record once per range. Ignored without `index`. */
  readonly ranges?: readonly KeyRange[]
  readonly reverse?: boolean
  readonly after?: Cursor
  /** At most this many entries are walked in one call. */
  readonly limit: number
}

export interface FindResult {
  /** In index order. With a multikey index the same record can come more than once. */
  readonly records: readonly StoredRecord[]
  /** Where to go on; absent at the end. */
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
  /** True when the feed no longer reaches back to the seq that was asked for: the asker must read everything anew. */
  readonly truncated: boolean
}

/** The seam itself. Every implementation passes records.contract.ts. */
export interface Records {
  /** The records of these keys, in their order, undefined where there is none. */
  get(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]>
  find(request: FindRequest): Promise<FindResult>
  /** How many records a space holds. */
  count(space: string): Promise<number>
  /** All writes or none. Resolves only when the result is durable. Rejects when the disk or the engine fails. */
  commit(writes: readonly RecordWrite[], expectations?: readonly Expectation[]): Promise<CommitResult>
  changesSince(seq: number, limit: number): Promise<ChangesResult>
  /** Finishes what was accepted, then closes. */
  close(): Promise<void>
}
