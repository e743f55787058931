import { utf8Length } from './bytes.ts'
import { type AsyncApi, asyncApi, type ReportCallbackError } from './callbacks.ts'
import { requireString, toWxError, WxFailure } from './failure.ts'

/** WeChat's limit for one value in serialized form. */
export const MAX_VALUE_BYTES = 1024 * 1024
/** WeChat's limit for all keys together. */
const MAX_STORAGE_BYTES = 10 * 1024 * 1024

export interface StorageInfo {
  keys: string[]
  /** KiB. */
  currentSize: number
  /** KiB. */
  limitSize: number
}

/** The storage calls of `wx`. */
export interface StorageApi {
  setStorage: AsyncApi<{ key: string; data: unknown }, object>
  getStorage: AsyncApi<{ key: string }, { data: unknown }>
  removeStorage: AsyncApi<{ key: string }, object>
  clearStorage: AsyncApi<object, object>
  getStorageInfo: AsyncApi<object, StorageInfo>
  /** Throws `setStorageSync:fail ..` beyond the limits and for values that cannot be stored. */
  setStorageSync: (key: string, data: unknown) => void
  /** A copy of the value, or '' if there is none. */
  getStorageSync: (key: string) => unknown
  removeStorageSync: (key: string) => void
  clearStorageSync: () => void
  getStorageInfoSync: () => StorageInfo
}

/** A value in serialized form. */
export type Stored = { type: 'json' | 'number' | 'date' | 'undefined'; text: string }

/** The entries of a storage: a Map, or a persistent object with the same methods. */
export interface StoredEntries extends Iterable<[key: string, stored: Stored]> {
  get(key: string): Stored | undefined
  set(key: string, stored: Stored): unknown
  delete(key: string): unknown
  clear(): void
}

/** The key-value storage of one program on one phone. Values are kept in serialized form, so objects are never shared. */
export class PhoneStorage {
  readonly #entries: StoredEntries

  constructor(initial: Record<string, unknown> = {}, entries: StoredEntries = new Map()) {
    this.#entries = entries
    for (const [key, value] of Object.entries(initial)) this.set(key, value)
  }

  set(key: unknown, value: unknown): void {
    const name = requireString(key, 'key')
    const stored = serialize(value)
    const others = this.#bytes() - sizeOf(name, this.#entries.get(name))
    if (utf8Length(stored.text) > MAX_VALUE_BYTES) throw new WxFailure('entry size limit reached')
    if (others + sizeOf(name, stored) > MAX_STORAGE_BYTES) throw new WxFailure('exceed storage max size 10Mb')
    this.#entries.set(name, stored)
  }

  /** The value as `data`, or undefined if the key does not exist. */
  get(key: unknown): { data: unknown } | undefined {
    const stored = this.#entries.get(requireString(key, 'key'))
    return stored === undefined ? undefined : { data: deserialize(stored) }
  }

  remove(key: unknown): void {
    this.#entries.delete(requireString(key, 'key'))
  }

  clear(): void {
    this.#entries.clear()
  }

  info(): StorageInfo {
    return {
      keys: Array.from(this.#entries, ([key]) => key),
      currentSize: Math.ceil(this.#bytes() / 1024),
      limitSize: MAX_STORAGE_BYTES / 1024,
    }
  }

  /** All keys with copies of their values; pass it to another instance to simulate a restart. */
  snapshot(): Record<string, unknown> {
    return Object.fromEntries([...this.#entries].map(([key, stored]) => [key, deserialize(stored)]))
  }

  #bytes(): number {
    let sum = 0
    for (const [key, stored] of this.#entries) sum += sizeOf(key, stored)
    return sum
  }
}

/** Makes the storage calls over `storage`. */
export function createStorageApi(storage: PhoneStorage, report: ReportCallbackError): StorageApi {
  const now = <T>(api: string, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new Error(toWxError(api, error).errMsg)
    }
  }
  return {
    setStorage: asyncApi('setStorage', report, ({ key, data }: { key: string; data: unknown }) => {
      storage.set(key, data)
      return {}
    }),
    getStorage: asyncApi('getStorage', report, ({ key }: { key: string }) => {
      const found = storage.get(key)
      if (found === undefined) throw new WxFailure('data not found')
      return found
    }),
    removeStorage: asyncApi('removeStorage', report, ({ key }: { key: string }) => {
      storage.remove(key)
      return {}
    }),
    clearStorage: asyncApi('clearStorage', report, () => {
      storage.clear()
      return {}
    }),
    getStorageInfo: asyncApi('getStorageInfo', report, () => storage.info()),
    setStorageSync: (key, data) => now('setStorageSync', () => storage.set(key, data)),
    getStorageSync: (key) =>
      now('getStorageSync', () => {
        const found = storage.get(key)
        return found === undefined ? '' : found.data
      }),
    removeStorageSync: (key) => now('removeStorageSync', () => storage.remove(key)),
    clearStorageSync: () => storage.clear(),
    getStorageInfoSync: () => storage.info(),
  }
}

function sizeOf(key: string, stored: Stored | undefined): number {
  return stored === undefined ? 0 : utf8Length(key) + utf8Length(stored.text)
}

/** Top-level numbers, dates and undefined keep their type; other values go through JSON. */
function serialize(value: unknown): Stored {
  if (value === undefined) return { type: 'undefined', text: '' }
  if (typeof value === 'number') return { type: 'number', text: String(value) }
  if (value instanceof Date) return { type: 'date', text: String(value.getTime()) }
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new WxFailure(`parameter error: a ${typeof value} cannot be stored`)
  return { type: 'json', text }
}

function deserialize(stored: Stored): unknown {
  if (stored.type === 'undefined') return undefined
  if (stored.type === 'number') return Number(stored.text)
  if (stored.type === 'date') return new Date(Number(stored.text))
  return JSON.parse(stored.text)
}
