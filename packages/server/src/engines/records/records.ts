/**
 * The records seam: small transactional data. Documents, files, users, sessions and keys are all records.
 *
 * The interface is small enough to distribute. A record has a version; read-modify-write is optimistic: read, decide in
 * the service, `commit` with the versions that were seen, retry on conflict. An index entry is a byte string whose order
 * is the order of the values it stands for (key-encoding.ts), so a sort, a range, a folder listing and a page are all one
 * walk over a B-tree. No caller may depend on a lock held in this process.
 */

/*
 * The limits of names and keys, in bytes of UTF-8. Texts are any well-formed Unicode, including NUL. A commit with
 * anything longer rejects with RangeError, one with a lone surrogate with TypeError, and neither writes anything; `get`,
 * `find` and `count` find nothing under such names. The bounds of a range may be longer than any key.
 *
 * PostgreSQL can hold these: an entry of its B-tree has at most 2,704 bytes, and (space, index, first 1,000 bytes of the
 * key, hash of the rest, id) takes 256 + 256 + 1,000 + 32 + 1,056 bytes and about 40 of overhead. Every engine orders keys
 * by all of their bytes.
 */

/** Twice the longest in use: `doc:` and the name of a collection, which has at most 120 letters. */
export const MAX_SPACE_BYTES = 256
/** The `_id` of a document has up to 1,024 bytes; a service may add a prefix of up to 32. */
export const MAX_ID_BYTES = 1_056
/**
 * The name of a collection's index is its definition, with up to 31 field paths. Index names need no order, so an engine
 * may store a hash instead of a long one.
 */
export const MAX_INDEX_NAME_BYTES = 4_096
/** The limit of the keys of documents; the key of a cloudPath has at most 853 bytes. */
export const MAX_KEY_BYTES = 8 * 1024
/** How many spaces one read of the feed can follow. */
export const MAX_FEED_SPACES = 1_000

/** Identifies one record. `space` groups records that are listed together, such as `files` or `doc:orders`. */
export interface RecordKey {
  readonly space: string
  readonly id: string
}

/** A text that is equal for equal keys only. */
export function keyText({ space, id }: RecordKey): string {
  return `${space.length}:${space}${id}`
}

/** One entry of a record in one index of its space. A record may have any number of entries in an index (multikey). */
export interface IndexEntry {
  readonly index: string
  readonly key: Uint8Array
  /**
   * When true, the write is refused if another record of the space has an entry with the same key in this index. All
   * entries of an index must have the same value.
   */
  readonly unique?: boolean
}

/** A record without its value. */
export interface RecordHead extends RecordKey {
  /** Grows by at least one with every write of this record, also across a delete and a new insert. Never 0. */
  readonly version: number
}

export interface StoredRecord extends RecordHead {
  /** The value as it was put: well-formed text that only the owner of the space interprets (JSON by convention). */
  readonly value: string
}

export interface PutWrite extends RecordKey {
  readonly op: 'put'
  readonly value: string
  /** All index entries of the record; they replace those of its former value. */
  readonly entries: readonly IndexEntry[]
}

export interface DeleteWrite extends RecordKey {
  readonly op: 'delete'
}

export type RecordWrite = PutWrite | DeleteWrite

/** What a writer read: the version of the record, or null if it did not exist. */
export interface Expectation extends RecordKey {
  readonly version: number | null
}

export type CommitResult =
  /** Durable: it survives a kill -9 and a power loss. */
  | { readonly done: true }
  /** Nothing was written: these expectations no longer hold. */
  | { readonly done: false; readonly reason: 'conflict'; readonly keys: readonly RecordKey[] }
  /**
   * Nothing was written: the write of the record `key` has an entry in the unique index `index` that another record holds.
   * Writes are checked in order: a later one may take a key that an earlier one of the same commit gave up.
   */
  | { readonly done: false; readonly reason: 'duplicate'; readonly key: RecordKey; readonly index: string }

/** A range of index keys; a missing bound is open. Bounds compare as unsigned bytes. */
export interface KeyRange {
  readonly from?: { readonly key: Uint8Array; readonly inclusive: boolean }
  readonly to?: { readonly key: Uint8Array; readonly inclusive: boolean }
}

/**
 * A position in a walk, to continue after it. Opaque text of URL-safe characters. It is not secret: it holds the index key
 * and id of the last record of the page. A forged one cannot reach anything outside the request's ranges; text that is no
 * cursor of such a walk makes `find` reject with BadCursorError (cursor.ts).
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
   * Bounds the memory of a page: it ends after the record whose value brings the total to this many bytes of UTF-8 or
   * more. So a page has at least one record, and at most one value more than this. A whole number from 1, else RangeError;
   * without it only `limit` bounds the page. Has no effect on a find without values.
   */
  readonly maxBytes?: number
  /** False: values are neither read nor returned. For walks that need only ids, versions or a count. */
  readonly values?: V
}

/** The type of the records of a find with or without values. */
export type FoundRecord<V extends boolean = true> = V extends true ? StoredRecord : RecordHead

export interface FindResult<V extends boolean = true> {
  /** In index order. With a multikey index the same record can come more than once. */
  readonly records: readonly FoundRecord<V>[]
  /** Where to continue. Absent at the end, and only there: a page that `maxBytes` ended early has it. */
  readonly next?: Cursor
}

/** A record with its index entries: all that a write of it consists of. */
export interface DumpedRecord extends StoredRecord {
  /** Without those that were given twice. */
  readonly entries: readonly IndexEntry[]
}

export interface DumpRequest {
  readonly space: string
  /** Begins with this id (default: with the first); a bound may be longer than any id. */
  readonly from?: string | undefined
  /** Ends before this id (default: after the last). */
  readonly to?: string | undefined
  /** At most this many records; a whole number from 1, else RangeError. */
  readonly limit: number
  /** Bounds the memory of a page as in `find`, but values and index entries count. A whole number from 1, else RangeError. */
  readonly maxBytes: number
}

export interface DumpResult {
  /** By id, in UTF-8 byte order. */
  readonly records: readonly DumpedRecord[]
  /** The `from` of the next page. Absent at the end. */
  readonly next?: string
}

/**
 * A position in the change feed, to continue after it. Opaque text of URL-safe characters. It is valid for the spaces of
 * the request that returned it, or a part of them.
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
  /** Absent: the spaces are followed from now on, and the result has no changes. */
  readonly after?: FeedCursor | undefined
  /** At most this many changes; a whole number from 1, else RangeError. */
  readonly limit: number
}

export interface FeedResult {
  readonly changes: readonly RecordChange[]
  /** Where to continue. */
  readonly next: FeedCursor
  /**
   * True when the feed no longer reaches back to `after`, or never did (a cursor of another store, or a space that was not
   * followed at that time). The result then has no changes: read everything again and continue from `next`.
   */
  readonly truncated: boolean
}

export interface WaitRequest {
  readonly spaces: readonly string[]
  readonly after: FeedCursor
  /** Ends the wait, which then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The seam itself. Every implementation passes records.contract.ts. An engine on another machine rejects with
 * RecordsUnavailableError (unavailable.ts) when it cannot be reached.
 */
export interface Records {
  /**
   * The records of these keys in the same order, undefined where there is none; all from one snapshot. With `maxBytes` the
   * result ends early like a page of `find`: it is then for the first keys only, and for at least one of them.
   */
  get(keys: readonly RecordKey[], maxBytes?: number): Promise<readonly (StoredRecord | undefined)[]>
  find<V extends boolean = true>(request: FindRequest<V>): Promise<FindResult<V>>
  /** How many records a space holds. */
  count(space: string): Promise<number>
  /** The spaces that hold records, in UTF-8 byte order. For tools: a service knows its spaces. */
  spaces(): Promise<readonly string[]>
  /** Reads a page of a space with everything that is needed to write its records elsewhere; from one snapshot. */
  dump(request: DumpRequest): Promise<DumpResult>
  /**
   * Writes all or nothing, in order. Without writes it only checks the expectations. Resolves when the result is durable.
   * Rejects when the disk or the engine fails; it is then unknown whether anything was written.
   */
  commit(writes: readonly RecordWrite[], expectations?: readonly Expectation[]): Promise<CommitResult>
  /**
   * Reads the change feed of some spaces. It may lag behind commits. The changes of one record come in the order of their
   * versions; there is no order between records. A reader that goes from cursor to cursor gets every change of the spaces
   * exactly once.
   *
   * Writers pay for the feed only while a space is followed. Reading follows it; after a long time without a read (an hour
   * or more) the feed may be truncated.
   *
   * @throws BadCursorError (cursor.ts) when `after` is no cursor of a feed
   */
  changes(request: FeedRequest): Promise<FeedResult>
  /**
   * Resolves when there may be changes of the spaces after the cursor, or the feed is truncated: then read it. Commits of
   * other processes count too. It may resolve late, or without a change.
   *
   * @throws BadCursorError like `changes`; the reason of the signal; an error when the engine is closed meanwhile
   */
  waitForChanges(request: WaitRequest): Promise<void>
  /**
   * How far the clock of the engine's machine is ahead of the clock of this process, in ms; negative when it is behind.
   * Takes a few round trips. Absent where the engine has the clock of this process.
   */
  clockOffset?(): Promise<number>
  /** Finishes the requests that were accepted, then closes. Later requests reject. */
  close(): Promise<void>
}
