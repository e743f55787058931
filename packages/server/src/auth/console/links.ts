import { encodeKey } from '../../engines/records/key-encoding.ts'
import type { RecordKey, Records } from '../../engines/records/records.ts'
import { BY_EXPIRY, deleteExpired } from '../expired-records.ts'
import { putJson, readJson } from '../json-records.ts'
import { type CommitPart, openConsoleState } from './state.ts'
import { newConsoleToken, opens, parseConsoleToken } from './token.ts'

/** A link that was requested is used at once; the link of the first start may be needed the next day. */
export const LINK_MS = 30 * 60_000
export const FIRST_LINK_MS = 24 * 3_600_000

const LINKS = 'console:links'

interface StoredLink {
  readonly hash: string
  readonly generation: number
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** The one-time links that sign in to the Console. They are in the records, so they survive a restart of the server. */
export interface ConsoleLinks {
  /** @param lifetime milliseconds */
  create(lifetime: number): Promise<string>
  /** The writes that use a link up; they conflict when it was used in the meantime. Undefined for an invalid link. */
  use(token: string): Promise<CommitPart | undefined>
  /** Deletes links that have expired. Returns how many. */
  sweep(): Promise<number>
}

export interface ConsoleLinksOptions {
  readonly records: Records
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createConsoleLinks({ records, now }: ConsoleLinksOptions): ConsoleLinks {
  return {
    async create(lifetime) {
      const { id, text, hash } = newConsoleToken()
      const { generation } = (await openConsoleState(records)).value
      const link: StoredLink = { hash, generation, expiresAt: now() + lifetime }
      await records.commit([putJson(linkKey(id), link, [{ index: BY_EXPIRY, key: encodeKey([link.expiresAt]) }])])
      return text
    },
    async use(text) {
      const token = parseConsoleToken(text)
      const stored = token && (await readJson<StoredLink>(records, linkKey(token.id)))
      if (token === undefined || stored === undefined || !opens(token, stored.value.hash)) return undefined
      const { generation } = (await openConsoleState(records)).value
      if (now() >= stored.value.expiresAt || stored.value.generation !== generation) return undefined
      const key = linkKey(token.id)
      return { writes: [{ op: 'delete', ...key }], expectations: [{ ...key, version: stored.version }] }
    },
    sweep: () => deleteExpired(records, LINKS, now()),
  }
}

/** The token is in the fragment, which reaches no log of a proxy or server. */
export function linkUrl(address: string, token: string): string {
  return `${address}/console/#link=${token}`
}

function linkKey(id: string): RecordKey {
  return { space: LINKS, id }
}
