import { randomBytes } from 'node:crypto'
import { CloudsteadError } from '@cloudstead/protocol'
import { BadCursorError } from '../engines/records/cursor.ts'
import { encodeKey } from '../engines/records/key-encoding.ts'
import type { Records } from '../engines/records/records.ts'
import type { AuthLog } from './auth-log.ts'
import { putJson } from './json-records.ts'

/** Something that decides who gets in, for the operator to look through. */
interface SecurityEvent {
  readonly kind:
    | 'signed-in'
    | 'sign-in-refused'
    | 'signed-out-everywhere'
    | 'password-set'
    | 'key-created'
    | 'key-revoked'
    | 'user-blocked'
    | 'user-unblocked'
  /** The id of an API key, `operator` or `command line`. */
  readonly by?: string
  /** The id of a key, a uid, or what was used to sign in. Never a secret. */
  readonly about?: string
  /** The address of the other end of the connection. */
  readonly address?: string
}

interface StoredSecurityEvent extends SecurityEvent {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** The log of security events of an environment. It is in the records, so commands and all servers write the same one. */
export interface SecurityLog {
  /** Never fails: an operation that has been carried out is not undone because it could not be noted. */
  record(event: SecurityEvent): Promise<void>
  /** Newest first. @throws CloudsteadError `INVALID_PARAM` for an `after` that is not a `next` */
  list(query: { readonly after?: string | undefined; readonly limit?: number | undefined }): Promise<{
    readonly items: readonly StoredSecurityEvent[]
    readonly next?: string
  }>
}

export interface SecurityLogOptions {
  readonly records: Records
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: Pick<AuthLog, 'warn'>
}

const SPACE = 'auth:security-events'
const BY_CLASS = 'class'
/** Events kept of each class. Refusals are a class of their own, so that many of them push nothing else out. */
const MAX_KEPT = 1_000
/** Refusals recorded per minute; the log of the process has every one. */
const MAX_REFUSALS = 60
const MINUTE_MS = 60_000
const DEFAULT_PAGE = 50
/** Digits of a time in an id, until the year 33658. */
const TIME_DIGITS = 15

export function createSecurityLog({ records, now, log }: SecurityLogOptions): SecurityLog {
  // The minute that is being counted, and the refusals recorded in it.
  let minute = 0
  let refusals = 0

  function isTooMany(at: number): boolean {
    if (at - minute >= MINUTE_MS) [minute, refusals] = [at, 0]
    refusals += 1
    return refusals > MAX_REFUSALS
  }

  async function write(event: SecurityEvent): Promise<void> {
    const at = now()
    const refused = event.kind === 'sign-in-refused'
    if (refused && isTooMany(at)) return
    const id = `${String(at).padStart(TIME_DIGITS, '0')}-${randomBytes(6).toString('hex')}`
    const key = encodeKey([refused ? 'refused' : 'done'])
    await records.commit([putJson({ space: SPACE, id }, { at, ...event }, [{ index: BY_CLASS, key }])])
    const bound = { key, inclusive: true }
    const ranges = [{ from: bound, to: bound }]
    const kept = await records.find({ space: SPACE, index: BY_CLASS, ranges, values: false, limit: MAX_KEPT + 1 })
    const excess = kept.records.slice(0, Math.max(0, kept.records.length - MAX_KEPT))
    if (excess.length > 0) await records.commit(excess.map((old) => ({ op: 'delete', space: SPACE, id: old.id })))
  }

  return {
    record: (event) =>
      write(event).catch((error: unknown) =>
        log.warn({ err: error, ...event }, 'a security event could not be recorded'),
      ),
    async list({ after, limit = DEFAULT_PAGE }) {
      const page = await records.find({ space: SPACE, reverse: true, after, limit }).catch((error: unknown) => {
        if (!(error instanceof BadCursorError)) throw error
        throw new CloudsteadError('INVALID_PARAM', {
          en: 'after must be the next of an earlier page',
          zh: 'after 必须是上一页返回的 next',
        })
      })
      const items = page.records.map(({ id, value }) => ({
        id,
        ...(JSON.parse(value) as { at: number } & SecurityEvent),
      }))
      return { items, ...(page.next === undefined ? {} : { next: page.next }) }
    },
  }
}
