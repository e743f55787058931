import { createHash } from 'node:crypto'
import { CloudsteadError, type ErrorCode } from '@cloudstead/protocol'
import { type Explanation, renderExplanation } from '@cloudstead/rules'
import type { CaseCaller, DeniedError, RuleCase } from '../decisions/denied-error.ts'
import type { Mode } from '../settings.ts'

/** Denials that are kept, as the Console shows them. */
const KEPT = 1_000
/** Of one caller, so that nobody can push out what happened to others. All who are not logged in count as one. */
const KEPT_OF_ONE_CALLER = 200
/** Characters of everything kept: a few kB for a denial, but 100 kB where the rule is long. */
const KEPT_CHARACTERS = 32 * 1024 * 1024
/** A request for 50 files can be denied 50 times; this many get a line of their own, one more says how many there were. */
const LOGGED_OF_ONE_REQUEST = 3
/** Trees of one caller in the log in a minute; what comes after them gets a short line. Not in `dev`. */
const EXPLAINED_OF_ONE_CALLER = 30
/** The same denial within this time is not explained again, its line names the request that was. Not in `dev`. */
const EXPLAINED_ANEW_MS = 60_000
/** A test case with a large document in it is nothing to paste. */
const MAX_CASE_BYTES = 6 * 1024
/** Of the tree in a log line: together with the case and the reason it stays under 16 KiB, as JSON. */
const MAX_TREE_BYTES = 7 * 1024
/** Characters of the one-line reason, for the same end. */
const MAX_REASON = 400
/** Denials of a page when nobody says how many. */
const DEFAULT_PAGE = 50
/** Characters of what is kept that one page may have: with long rules a thousand denials would be tens of megabytes. */
const MAX_PAGE_CHARACTERS = 2 * 1024 * 1024

/** A request that the rules refused, or several equal ones. */
export interface Denial {
  /** The same for equal denials, for as long as the server runs. */
  readonly id: string
  /** Milliseconds since the epoch, of the last one. */
  readonly at: number
  /** Of the last one. */
  readonly requestId: string
  /** How often the same was denied while it was kept. */
  readonly count: number
  readonly code: ErrorCode
  /** Null: nobody was logged in. */
  readonly caller: CaseCaller | null
  /** In one line: action, target and the clause that failed. */
  readonly reason: string
  /** Of documents; absent for files. */
  readonly collection: string | undefined
  readonly explanation: Explanation | undefined
  /** The request as a test case; absent when it is too large. */
  readonly case: RuleCase | undefined
}

/** Which denials are asked for. */
export interface DenialQuery {
  readonly about?: 'storage' | 'database' | undefined
  /** In an id of the caller, the reason, the code or the request id, in any case. */
  readonly search?: string | undefined
  /** Only later ones, in milliseconds since the epoch. */
  readonly since?: number | undefined
  /** `next` of the former page. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

export interface DenialPage {
  /** Newest first. */
  readonly items: readonly Denial[]
  /** Absent at the end. */
  readonly next?: string
}

export interface Denials {
  /** Keeps and logs what the rules denied in one request. Never throws. */
  record(requestId: string, errors: readonly DeniedError[]): void
  /** What is kept, newest first. */
  list(): readonly Denial[]
  /**
   * A part of it. A denial that repeats while somebody reads page after page comes to the front and is not met again.
   *
   * @throws CloudsteadError INVALID_PARAM when `after` is no `next`
   */
  page(query: DenialQuery): DenialPage
}

export interface DenialsOptions {
  readonly log: { info(details: object, message: string): void }
  /** `dev` explains every denial in the log, `start` stays brief about what repeats. */
  readonly mode: Mode
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Told how many refusals each request had. */
  readonly counted?: (denied: number) => void
}

/** What is kept of a denial, and when its tree was last in the log. */
interface Entry {
  readonly denial: Denial
  /** Counts what is recorded: the place of the denial in the order of time. */
  readonly sequence: number
  readonly callerId: string
  readonly characters: number
  readonly explained: { readonly at: number; readonly requestId: string } | undefined
}

/** The denials of a running server. Not shared between processes, and gone with it: each is in the log too. */
export function createDenials({ log, mode, now, counted }: DenialsOptions): Denials {
  // From the oldest to the newest.
  const entries = new Map<string, Entry>()
  let sequence = 0

  const ofCaller = (callerId: string) => [...entries].filter(([, entry]) => entry.callerId === callerId)

  /** Whether the tree belongs into the log now. */
  const mayExplain = (callerId: string, last: Entry['explained'], at: number): boolean => {
    if (mode === 'dev') return true
    const recent = (time: number | undefined) => time !== undefined && at - time < EXPLAINED_ANEW_MS
    if (recent(last?.at)) return false
    return ofCaller(callerId).filter(([, { explained }]) => recent(explained?.at)).length < EXPLAINED_OF_ONE_CALLER
  }

  const keep = (key: string, entry: Entry) => {
    // Deleted first, so that it becomes the newest.
    entries.delete(key)
    const own = ofCaller(entry.callerId)
    if (own.length >= KEPT_OF_ONE_CALLER) entries.delete(own[0]?.[0] ?? '')
    entries.set(key, entry)
    let characters = 0
    for (const kept of entries.values()) characters += kept.characters
    for (const [oldest, kept] of entries) {
      if (entries.size <= KEPT && characters <= KEPT_CHARACTERS) break
      entries.delete(oldest)
      characters -= kept.characters
    }
  }

  const recordOne = (requestId: string, error: DeniedError, logged: boolean) => {
    const at = now()
    const { code, caller } = error
    const callerId = caller?.uid ?? ''
    const reason = copy(clip(error.internal ?? error.message, MAX_REASON))
    const caseText = jsonOf(error.case)
    const key = createHash('sha256').update(`${callerId}\n${code}\n${error.internal}\n${caseText}`).digest('base64url')
    const former = entries.get(key)
    const explaining = logged && mayExplain(callerId, former?.explained, at)
    const explanation = explaining || former === undefined ? copy(error.explain()) : former.denial.explanation
    const ruleCase = caseText !== '' && Buffer.byteLength(caseText) <= MAX_CASE_BYTES ? copy(error.case) : undefined
    const count = (former?.denial.count ?? 0) + 1
    const collection = collectionOf(error)
    sequence += 1
    keep(key, {
      denial: { id: key, at, requestId, count, code, caller, reason, collection, explanation, case: ruleCase },
      sequence,
      callerId,
      characters: jsonOf(explanation).length + (ruleCase === undefined ? 0 : caseText.length),
      explained: explaining ? { at, requestId } : former?.explained,
    })
    if (!logged) return
    const line = { reqId: requestId, code, reason, ...(count > 1 ? { count } : {}) }
    if (explaining)
      log.info({ ...line, denial: { tree: treeLines(explanation), case: ruleCase } }, 'denied by the rules')
    else log.info({ ...line, sameAs: former?.explained?.requestId }, 'denied by the rules')
  }

  return {
    record(requestId, errors) {
      counted?.(errors.length)
      for (const [index, error] of errors.entries()) recordOne(requestId, error, index < LOGGED_OF_ONE_REQUEST)
      const more = errors.length - LOGGED_OF_ONE_REQUEST
      if (more > 0) log.info({ reqId: requestId, more }, 'more was denied by the rules in this request')
    },
    list: () => [...entries.values()].map(({ denial }) => denial).reverse(),
    page({ about, search = '', since, after, limit = DEFAULT_PAGE }) {
      const before = after === undefined ? Number.POSITIVE_INFINITY : sequenceOf(after)
      const needle = search.toLowerCase()
      const items: Denial[] = []
      let characters = 0
      let last = 0
      for (const entry of [...entries.values()].reverse()) {
        const { denial } = entry
        if (entry.sequence >= before || !matches(denial, about, needle, since)) continue
        characters += entry.characters
        if (items.length === limit || (items.length > 0 && characters > MAX_PAGE_CHARACTERS)) {
          return { items, next: String(last) }
        }
        items.push(denial)
        last = entry.sequence
      }
      return { items }
    },
  }
}

function sequenceOf(after: string): number {
  if (!/^\d{1,15}$/.test(after)) throw new CloudsteadError('INVALID_PARAM', 'after is not the next of a page')
  return Number(after)
}

/** @param needle in lower case */
function matches(
  denial: Denial,
  about: DenialQuery['about'],
  needle: string,
  since = Number.NEGATIVE_INFINITY,
): boolean {
  const { at, caller, code, collection, reason, requestId } = denial
  if (at <= since || (about !== undefined && (about === 'database') !== (collection !== undefined))) return false
  const { uid = '', openid = '', customUserId = '' } = caller ?? {}
  return [uid, openid, customUserId, code, reason, requestId].some((text) => text.toLowerCase().includes(needle))
}

function collectionOf(error: DeniedError): string | undefined {
  const { collection } = error.case
  return typeof collection === 'string' ? copy(collection) : undefined
}

/** The explanation as lines, as many as fit. */
function treeLines(explanation: Explanation | undefined): readonly string[] {
  if (explanation === undefined) return ['the decision cannot be explained']
  const lines = renderExplanation(explanation, 'en').split('\n')
  const shown: string[] = []
  let bytes = 0
  for (const line of lines) {
    bytes += Buffer.byteLength(JSON.stringify(line)) + 1
    if (bytes > MAX_TREE_BYTES) return [...shown, `... ${lines.length - shown.length} more lines`]
    shown.push(line)
  }
  return shown
}

/** A part of a text keeps all of it in memory, and so would what is quoted here of a large document. */
function copy<T>(value: T): T {
  const text = jsonOf(value)
  return text === '' ? value : (JSON.parse(text) as T)
}

/** Never throws: what has no JSON is no test case either. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}
