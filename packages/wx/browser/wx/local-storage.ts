import { WxFailure } from '../../src/shared/failure.ts'
import type { Stored, StoredEntries } from '../../src/shared/storage.ts'

/** What the harness itself remembers about a user, apart from the program's storage. */
export interface Memory {
  get(name: string): unknown
  set(name: string, value: unknown): void
}

/** The memory for `user`, in localStorage. */
export function memoryOf(user: string): Memory {
  const keyOf = (name: string): string => `cloudstead.wx/${user}/harness/${name}`
  return {
    get: (name) => {
      const text = localStorage.getItem(keyOf(name))
      return text === null ? undefined : JSON.parse(text)
    },
    set: (name, value) => localStorage.setItem(keyOf(name), JSON.stringify(value)),
  }
}

/** The program's storage of one user in localStorage; each value has the form `<type>:<text>`. */
export class LocalStorageEntries implements StoredEntries {
  readonly #prefix: string

  constructor(user: string) {
    this.#prefix = `cloudstead.wx/${user}/storage/`
  }

  get(key: string): Stored | undefined {
    const kept = localStorage.getItem(this.#prefix + key)
    return kept === null ? undefined : read(kept)
  }

  set(key: string, { type, text }: Stored): void {
    try {
      localStorage.setItem(this.#prefix + key, `${type}:${text}`)
    } catch {
      // Browsers allow less than WeChat's 10 MB.
      throw new WxFailure('exceed storage max size 10Mb')
    }
  }

  delete(key: string): void {
    localStorage.removeItem(this.#prefix + key)
  }

  clear(): void {
    for (const [key] of [...this]) this.delete(key)
  }

  *[Symbol.iterator](): Generator<[key: string, stored: Stored]> {
    const all = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '')
    for (const name of all) {
      const kept = name.startsWith(this.#prefix) ? localStorage.getItem(name) : null
      if (kept !== null) yield [name.slice(this.#prefix.length), read(kept)]
    }
  }
}

function read(kept: string): Stored {
  const colon = kept.indexOf(':')
  return { type: kept.slice(0, colon) as Stored['type'], text: kept.slice(colon + 1) }
}
