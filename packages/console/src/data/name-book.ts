/** The names of people by their ids, asked for in batches. */
import type { NamedUser } from '@cloudstead/admin-api'
import { signal } from '@preact/signals'

/** Milliseconds for which ids are collected: the parts of a page ask one after the other. */
const COLLECT_MS = 20
/** Ids per request; the server takes 500. */
const BATCH = 500
/** Longer texts are the id of nobody, and the server would refuse the whole batch. */
const MAX_ID_LENGTH = 128
/** Milliseconds after which an id of nobody is asked for again: the person may have logged in for the first time. */
const ASK_AGAIN_MS = 30_000

interface NameBookOptions {
  /** Resolves to undefined when the operator may not see users; then nothing more is asked. */
  readonly ask: (ids: readonly string[]) => Promise<readonly NamedUser[] | undefined>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface NameBook {
  /** Who has this id; undefined while that is not known. A component that reads it renders again when it changes. */
  of(id: string): NamedUser | undefined
  /** Asks for an id soon, together with others, unless it has been asked for. */
  want(id: string): void
  /** Forgets everything. */
  clear(): void
}

export function createNameBook({ ask, now }: NameBookOptions): NameBook {
  const known = signal<ReadonlyMap<string, NamedUser>>(new Map())
  let askedAt = new Map<string, number>()
  let wanted = new Set<string>()
  let refused = false

  async function send(): Promise<void> {
    const ids = [...wanted]
    wanted = new Set()
    const asked = askedAt
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH)
      try {
        const found = await ask(batch)
        if (asked !== askedAt) return
        refused = found === undefined
        if (found === undefined) return
        known.value = new Map([...known.peek(), ...found.map((user) => [user.id, user] as const)])
      } catch {
        // Without names the ids are shown. They are asked for again after a while.
      }
    }
  }

  return {
    of: (id) => known.value.get(id),
    want(id) {
      if (refused || id === '' || id.length > MAX_ID_LENGTH || known.peek().has(id)) return
      const last = askedAt.get(id)
      if (last !== undefined && now() - last < ASK_AGAIN_MS) return
      askedAt.set(id, now())
      if (wanted.size === 0) setTimeout(() => void send(), COLLECT_MS)
      wanted.add(id)
    },
    clear() {
      askedAt = new Map()
      wanted = new Set()
      refused = false
      known.value = new Map()
    },
  }
}
