/**
 * The records seam: small transactional data. Documents, files, users, sessions and keys are all records.
 *
 * The interface is small enough to distribute. A record has a version; read-modify-write is optimistic: read, decide in
 * the service, `commit` with the versions that were seen, retry on conflict. An index entry is a byte string whose order
 * is the order of the values it stands for (key-encoding.ts), so a sort, a range, a folder listing and a page are all one
 * walk over a B-tree. No caller may depend on a lock held in this process.
 */

/*
 * The longest names and keys, in bytes of UTF-8. Texts are any well-formed Unicode, NUL included. A commit with anything
 * longer rejects with RangeError, one with a lone surrogate with TypeError, and neither writes anything; `get`, `find`
 * and `count` find nothing under such names. The bounds of a range may be longer than any key.
 *
 * The bounds are what PostgreSQL can hold: an entry of a B-tree has at most 2,704 bytes. In (space, index, first 1,000
 * bytes of the key, hash of the rest, id) these are 256 + 256 + 1,000 + 32 + 1,056 and some 40 of overhead. The order of
 * keys is that of all their bytes in every engine.
 */

/** Twice the longest that is used: `doc:` and the name of a collection, of at most 120 letters. */
export const MAX_SPACE_BYTES = 256
/** The `_id` of a document has up to 1,024 bytes; a service may put up to 32 more around an id that it was given. */
export const MAX_ID_BYTES = 1_056
/**
 * The index of a collection is named by its definition, 31 field paths at most. Names of indexes have no order, so an
 * engine may keep a hash in the place of a long one.
 */
export const MAX_INDEX_NAME_BYTES = 4_096
/** The longest text that a collection indexes; a cloudPath makes 853 bytes at most. */
export const MAX_KEY_BYTES = 8 * 1024
/** Spaces that are followed in one read of the feed. */
export const MAX_FEED_SPACES = 1_000

/**
 * Names one record. `space` groups records that are listed together, such as `files` or `doc:orders`.
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

/** A record without its value. */
export interface RecordHead extends RecordKey {
  /** Grows by at least one with every write of this record, also across a delete and a new insert. Never 0. */
  readonly version: number
}

export interface StoredRecord extends RecordHead {
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
  /** Durable: it survives a kill -9 and a power loss. */
  | { readonly done: true }
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

/** The type of the result follows from `values`: `V` is inferred, and is true without it. */
export interface FindRequest<V extends boolean = true> {
  readonly space: string
  /** Walks this index; without it the records are walked by id (UTF-8 byte order). */
  readonly index?: string
  /** Walked in this order, also in reverse; overlapping ranges yield a record once per range. Ignored without `index`. */
  readonly ranges?: readonly KeyRange[]
  readonly reverse?: boolean
  readonly after?: Cursor | undefined
  /** At most this many entries are walked in one call; a whole number from 1, else `find` rejects with RangeError. */
  readonly limit: number
  /**
   * Bounds the memory of a page: it ends after the record with which its values have this many bytes of UTF-8 or more. So
   * at least one record comes, and never more than this and one value. A whole number from 1, else RangeError; without it
   * only `limit` bounds the page. Without values there are no bytes to count.
   */
  readonly maxBytes?: number
  /** False: the records come without their values, which are not read. For walks that want ids, versions or a count. */
  readonly values?: V
}

/** What a find with or without values finds. */
export type FoundRecord<V extends boolean = true> = V extends true ? StoredRecord : RecordHead

export interface FindResult<V extends boolean = true> {
  /** In index order. With a multikey index the same record can come more than once. */
  readonly records: readonly FoundRecord<V>[]
  /** Where to go on; absent at the end, and only there: a page that `maxBytes` has ended early has it. */
  readonly next?: Cursor
}

/**
 * A position in the change feed, to go on after it. Opaque text of URL-safe characters. It holds for the spaces that it
 * was given out for, or some of them.
 */
export type FeedCursor = string

/** One change of the feed. */
export interface RecordChange extends RecordKey {
  readonly op: 'put' | 'delete'
  /** The version that the write made; a delete makes one too. */
  readonly version: number
}

export interface FeedRequest {
  /** The spaces to follow, 1 to `MAX_FEED_SPACES`, else RangeError. */
  readonly spaces: readonly string[]
  /** Without it, the spaces are followed from now on: the answer has no changes. */
  readonly after?: FeedCursor | undefined
  /** At most this many changes; a whole number from 1, else RangeError. */
  readonly limit: number
}

export interface FeedResult {
  readonly changes: readonly RecordChange[]
  /** Where to go on. */
  readonly next: FeedCursor
  /**
   * True when the feed no longer reaches back to `after`, or never held it (another store, or a space that was not
   * followed then). There are no changes then: read everything again, and go on from `next`.
   */
  readonly truncated: boolean
}

export interface WaitRequest {
  readonly spaces: readonly string[]
  readonly after: FeedCursor
  /** Ends the waiting; it rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
}

/** The seam itself. Every implementation passes records.contract.ts. */
export interface Records {
  /**
   * The records of these keys, in their order, undefined where there is none; all as of one moment. With `maxBytes` the
   * answer ends early as that of `find` does: it is then for the first keys only, and for at least one of them.
   */
  get(keys: readonly RecordKey[], maxBytes?: number): Promise<readonly (StoredRecord | undefined)[]>
  find<V extends boolean = true>(request: FindRequest<V>): Promise<FindResult<V>>
  /** How many records a space holds. */
  count(space: string): Promise<number>
  /**
   * All writes, in their order, or none. Without writes it only checks the expectations. Resolves only when the result is
   * durable. Rejects when the disk or the engine fails; whether it was written is then unknown.
   */
  commit(writes: readonly RecordWrite[], expectations?: readonly Expectation[]): Promise<CommitResult>
  /**
   * Reads the change feed of some spaces. It may lag behind commits. It tells the changes of one record in the order of
   * their versions, and promises no order between records. Whoever goes from cursor to cursor is told every change of
   * the spaces once.
   *
   * A space costs its writers something only while it is followed: reading follows it, and whoever has not read for long
   * (an hour or more) may find the feed truncated.
   *
   * @throws BadCursorError (cursor.ts) when `after` is no cursor of a feed
   */
  changes(request: FeedRequest): Promise<FeedResult>
  /**
   * Resolves when there may be changes of the spaces after the cursor, or the feed is truncated: read it then. Commits
   * of other processes count too. It may resolve late, and without reason.
   *
   * @throws BadCursorError like `changes`; the reason of the signal; an error when the engine is closed meanwhile
   */
  waitForChanges(request: WaitRequest): Promise<void>
  /** Finishes what was accepted, then closes. What is asked later rejects. */
  close(): Promise<void>
}
