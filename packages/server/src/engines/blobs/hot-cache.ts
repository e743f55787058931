/**
 * What an entry costs beside its bytes (map slot, view, backing store), so that a million empty blobs are not free.
 * Roughly what V8 takes for it.
 */
const ENTRY_OVERHEAD_BYTES = 512

export interface HotCacheOptions {
  /** Memory at most, in bytes; the entries least recently used leave first. */
  readonly maxBytes: number
  /** Longer blobs are never kept. */
  readonly maxItemBytes: number
}

/**
 * Small blobs that are asked for often, in memory. A blob never changes, so its id is enough and nothing goes stale; a
 * second process needs no word of it. The bytes are shared with everyone who asks: nobody may change them.
 */
export interface HotCache {
  get(id: string): Uint8Array | undefined
  put(id: string, bytes: Uint8Array): void
  /** Forgets a blob, also one that is being loaded. */
  drop(id: string): void
  /** The kept bytes, or those that `loader` brings. However many ask at once, the loader runs once; its failure is not kept. */
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
  // A Map keeps the order of insertion; a hit is inserted anew, so the first entry is the one to leave.
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
      // Dropped meanwhile: what was asked for is still answered, but not kept.
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

/** A view keeps the whole memory it looks at alive; a small view of a large buffer would make the count a lie. */
function withOwnMemory(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer.byteLength === bytes.byteLength) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.byteLength)
  own.set(bytes)
  return own
}
