import { type Allocate, createRecycledMemory } from './recycled-memory.ts'

/**
 * The memory of an entry in addition to its bytes (map slot, view, backing store), roughly as V8 uses it. Without it a
 * million empty blobs would count as nothing.
 */
const ENTRY_OVERHEAD_BYTES = 512
/** The memory of entries that have been dropped, as a share of the maximum: enough for those that are being loaded. */
const WAITING_SHARE = 1 / 8
/** A view of less than this share of its buffer is copied. */
const OWN_SHARE = 3 / 4

export interface HotCacheOptions {
  /** The maximum memory in bytes. The least recently used entries are dropped first. */
  readonly maxBytes: number
  /** Longer blobs are never kept. */
  readonly maxItemBytes: number
}

/** Loads a blob, into the memory that `allocate` makes or into other memory. */
export type Loader = (allocate: Allocate) => Promise<Uint8Array>

/** The bytes of a blob, for a reader that says when it is done. */
export interface Loan {
  /** Not to be used after `giveBack`: the memory is used again. */
  readonly bytes: Uint8Array
  /** A reader that never calls it costs new memory for another blob, and nothing else. */
  giveBack(): void
}

/**
 * Keeps small blobs that are read often in memory. A blob never changes, so an entry never becomes stale, and processes
 * need not tell each other. The bytes are shared between all callers: do not modify them.
 */
export interface HotCache {
  get(id: string): Uint8Array | undefined
  put(id: string, bytes: Uint8Array): void
  /** Drops a blob, even while it is being loaded. */
  drop(id: string): void
  /** The cached bytes, or those that `loader` returns. Concurrent calls share one run of the loader. A failure is not cached. */
  load(id: string, loader: Loader): Promise<Uint8Array>
  /** The same. When all readers of a blob have given it back, its memory is used again after it has been dropped. */
  lend(id: string, loader: Loader): Promise<Loan>
  /** The same for cached bytes, at once; undefined when there are none. */
  lendKept(id: string): Loan | undefined
  /** Memory in use, in bytes; never more than `maxBytes`. */
  readonly bytes: number
}

interface Entry {
  readonly bytes: Uint8Array
  /** Those who may still read the bytes. */
  readers: number
  isKept: boolean
}

interface Loading {
  /** Those who wait for the entry, and will read it. */
  readers: number
  readonly entry: Promise<Entry>
}

/**
 * @example
 * const hot = createHotCache({ maxBytes: 32 * 1024 * 1024, maxItemBytes: 256 * 1024 })
 * const bytes = await hot.load(id, (allocate) => blobs.readAll(id, allocate))
 */
export function createHotCache({ maxBytes, maxItemBytes }: HotCacheOptions): HotCache {
  // A Map keeps the order of insertion and a hit is inserted again, so the first entry is the least recently used.
  const entries = new Map<string, Entry>()
  const loading = new Map<string, Loading>()
  const memory = createRecycledMemory({ maxBytes: maxBytes * WAITING_SHARE })
  let used = 0

  function find(id: string): Entry | undefined {
    const entry = entries.get(id)
    if (entry === undefined) return undefined
    entries.delete(id)
    entries.set(id, entry)
    return entry
  }

  function forget(id: string): void {
    const entry = entries.get(id)
    if (entry === undefined) return
    entries.delete(id)
    entry.isKept = false
    used -= costOf(entry.bytes)
    recycle(entry)
  }

  function recycle({ bytes, readers, isKept }: Entry): void {
    if (readers === 0 && !isKept) memory.giveBack(bytes)
  }

  function keep(id: string, bytes: Uint8Array, readers: number): Entry {
    forget(id)
    const own = bytes.byteLength <= maxItemBytes ? withOwnMemory(bytes) : undefined
    if (own === undefined || costOf(own) > maxBytes) return { bytes, readers, isKept: false }
    const entry: Entry = { bytes: own, readers, isKept: true }
    entries.set(id, entry)
    used += costOf(own)
    for (const oldest of entries.keys()) {
      if (used <= maxBytes) break
      forget(oldest)
    }
    return entry
  }

  /** For a reader that has been counted. */
  function loanOf(entry: Entry): Loan {
    let isLent = true
    return {
      bytes: entry.bytes,
      giveBack() {
        if (!isLent) return
        isLent = false
        entry.readers--
        recycle(entry)
      },
    }
  }

  /** Counts the caller as a reader at once, so that the memory is not used for another blob before it gets the entry. */
  async function entryOf(id: string, loader: Loader): Promise<Entry> {
    const found = find(id) ?? loading.get(id)
    if (found === undefined) return startLoading(id, loader).entry
    found.readers++
    return 'entry' in found ? found.entry : found
  }

  function startLoading(id: string, loader: Loader): Loading {
    const { promise: entry, resolve, reject } = Promise.withResolvers<Entry>()
    const mine: Loading = { readers: 1, entry }
    loading.set(id, mine)
    loader(memory.take).then(
      (bytes) => {
        // An entry that was dropped during the load is returned but not cached.
        const isKept = loading.get(id) === mine && loading.delete(id)
        resolve(isKept ? keep(id, bytes, mine.readers) : { bytes, readers: mine.readers, isKept })
      },
      (error: unknown) => {
        if (loading.get(id) === mine) loading.delete(id)
        reject(error)
      },
    )
    return mine
  }

  return {
    get(id) {
      const entry = find(id)
      // Nobody knows for how long it is read, so its memory is never used again.
      if (entry !== undefined) entry.readers++
      return entry?.bytes
    },
    put(id, bytes) {
      keep(id, bytes, 1)
    },
    drop(id) {
      loading.delete(id)
      forget(id)
    },
    async load(id, loader) {
      return (await entryOf(id, loader)).bytes
    },
    async lend(id, loader) {
      return loanOf(await entryOf(id, loader))
    },
    lendKept(id) {
      const entry = find(id)
      if (entry === undefined) return undefined
      entry.readers++
      return loanOf(entry)
    },
    get bytes() {
      return used
    },
  }
}

/** A view keeps its whole buffer alive. */
function costOf(bytes: Uint8Array): number {
  return bytes.buffer.byteLength + ENTRY_OVERHEAD_BYTES
}

/** A small view of a large buffer would use most of it for nothing. */
function withOwnMemory(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength >= bytes.buffer.byteLength * OWN_SHARE) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.byteLength)
  own.set(bytes)
  return own
}
