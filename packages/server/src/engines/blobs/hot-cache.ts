/**
 * The memory of an entry in addition to its bytes (map slot, view, backing store), roughly as V8 uses it. Without it a
 * million empty blobs would count as nothing.
 */
const ENTRY_OVERHEAD_BYTES = 512

export interface HotCacheOptions {
  /** The maximum memory in bytes. The least recently used entries are dropped first. */
  readonly maxBytes: number
  /** Longer blobs are never kept. */
  readonly maxItemBytes: number
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
  load(id: string, loader: () => Promise<Uint8Array>): Promise<Uint8Array>
  /** Memory in use, in bytes; never more than `maxBytes`. */
  readonly bytes: number
}

/**
 * @example
 * const hot = createHotCache({ maxBytes: 32 * 1024 * 1024, maxItemBytes: 256 * 1024 })
 * const bytes = await hot.load(id, () => blobs.readAll(id))
 */
export function createHotCache({ maxBytes, maxItemBytes }: HotCacheOptions): HotCache {
  // A Map keeps the order of insertion and a hit is inserted again, so the first entry is the least recently used.
  const entries = new Map<string, Uint8Array>()
  const loading = new Map<string, Promise<Uint8Array>>()
  let used = 0

  function get(id: string): Uint8Array | undefined {
    const bytes = entries.get(id)
    if (bytes === undefined) return undefined
    entries.delete(id)
    entries.set(id, bytes)
    return bytes
  }

  function forget(id: string): void {
    const bytes = entries.get(id)
    if (bytes === undefined) return
    entries.delete(id)
    used -= costOf(bytes)
  }

  function put(id: string, bytes: Uint8Array): void {
    forget(id)
    if (bytes.byteLength > maxItemBytes || costOf(bytes) > maxBytes) return
    const own = withOwnMemory(bytes)
    entries.set(id, own)
    used += costOf(own)
    for (const oldest of entries.keys()) {
      if (used <= maxBytes) break
      forget(oldest)
    }
  }

  async function loadAndKeep(id: string, loader: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const mine = loader()
    loading.set(id, mine)
    try {
      const bytes = await mine
      // An entry that was dropped during the load is returned but not cached.
      if (loading.get(id) === mine) put(id, bytes)
      return bytes
    } finally {
      if (loading.get(id) === mine) loading.delete(id)
    }
  }

  return {
    get,
    put,
    drop(id) {
      loading.delete(id)
      forget(id)
    },
    async load(id, loader) {
      return get(id) ?? loading.get(id) ?? loadAndKeep(id, loader)
    },
    get bytes() {
      return used
    },
  }
}

function costOf(bytes: Uint8Array): number {
  return bytes.byteLength + ENTRY_OVERHEAD_BYTES
}

/** A view keeps its whole buffer alive, so a small view of a large buffer would use more memory than is counted. */
function withOwnMemory(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer.byteLength === bytes.byteLength) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.byteLength)
  own.set(bytes)
  return own
}
