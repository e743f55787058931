import { createHash } from 'node:crypto'
import { CloudsteadError, type ErrorCode } from '@cloudstead/protocol'
import { type Explanation, renderExplanation } from '@cloudstead/rules'
import type { CaseCaller, DeniedError, RuleCase } from '../decisions/denied-error.ts'
import type { Mode } from '../settings.ts'

/** Denials kept in memory. */
const MAX_KEPT = 1_000
/** Denials kept per caller, so that no caller can evict those of others. Everyone not logged in counts as one caller. */
const MAX_KEPT_PER_CALLER = 200
/** Characters of all kept explanations and test cases. One denial takes a few kB, or 100 kB where the rule is long. */
const MAX_KEPT_CHARACTERS = 32 * 1024 * 1024
/** Denials of one request that get a log line each. A request for 50 files can be denied 50 times; one line counts the rest. */
const MAX_LOGGED_PER_REQUEST = 3
/** Trees logged per caller and minute; further denials get a short line. Not in `dev`. */
const MAX_EXPLAINED_PER_CALLER = 30
/** Milliseconds for which a repeated denial is not explained again; its line names the request that was. Not in `dev`. */
const EXPLAIN_AGAIN_MS = 60_000
/** Bytes of a test case. A case with a large document is too long to paste. */
const MAX_CASE_BYTES = 6 * 1024
/** Bytes of the tree in a log line, as JSON. Together with the test case and the reason, the line stays under 16 KiB. */
const MAX_TREE_BYTES = 7 * 1024
/** Characters of the reason, for the same limit. */
const MAX_REASON = 400
/** Denials per page when the query has no limit. */
const DEFAULT_PAGE = 50
/** Characters of the explanations and test cases of one page: with long rules, 1,000 denials would be tens of megabytes. */
const MAX_PAGE_CHARACTERS = 2 * 1024 * 1024

/** A request that the rules denied, or several equal ones. */
export interface Denial {
  /** The same for equal denials. */
  readonly id: string
  /** When it last happened, in milliseconds since the epoch. */
  readonly at: number
  /** The last request with this denial. */
  readonly requestId: string
  /** How often it has happened since it was first kept. */
  readonly count: number
  readonly code: ErrorCode
  /** Null when nobody was logged in. */
  readonly caller: CaseCaller | null
  /** One line: the action, the target and the clause that failed. */
  readonly reason: string
  /** Undefined unless it is about documents. */
  readonly collection: string | undefined
  /** Undefined unless it is about a call of a function: its name. */
  readonly function: string | undefined
  /** Undefined when explaining failed. */
  readonly explanation: Explanation | undefined
  /** The request as a test case; undefined when it is too large. */
  readonly case: RuleCase | undefined
}

/** Filters denials and selects a page of them. */
interface DenialQuery {
  readonly about?: 'storage' | 'database' | 'functions' | undefined
  /** Looked for in the caller's ids, the reason, the code and the request id; ignores case. */
  readonly search?: string | undefined
  /** Only denials after this time, in milliseconds since the epoch. */
  readonly since?: number | undefined
  /** The `next` of the previous page. */
  readonly after?: string | undefined
  /** Denials per page. */
  readonly limit?: number | undefined
}

interface DenialPage {
  /** Newest first. */
  readonly items: readonly Denial[]
  /** Absent on the last page. */
  readonly next?: string
}

export interface Denials {
  /**
   * Keeps and logs the denials of one request. Never throws.
   *
   * @param address of the other end of the connection
   */
  record(requestId: string, errors: readonly DeniedError[], address?: string): void
  /** All kept denials, newest first. */
  list(): readonly Denial[]
  /**
   * One page of them, newest first. A denial repeated while a client reads page after page moves to the front and does
   * not appear again on later pages.
   *
   * @throws CloudsteadError INVALID_PARAM when `after` is not a valid `next`
   */
  page(query: DenialQuery): DenialPage
}

export interface DenialsOptions {
  readonly log: { info(details: object, message: string): void }
  /** `dev` explains every denial in the log; `start` shortens the lines of repeated ones. */
  readonly mode: Mode
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Called for each request with denials, with their number. */
  readonly counted?: (denied: number) => void
}

interface Entry {
  readonly denial: Denial
  /** Numbers the recorded denials in the order of time. */
  readonly sequence: number
  readonly callerId: string
  readonly address: string
  /** Size of the explanation and the test case as JSON. */
  readonly characters: number
  /** When the tree was last logged, and for which request. */
  readonly explained: { readonly at: number; readonly requestId: string } | undefined
}

/** The denials of this process. They are not shared with other processes and end with this one; the log has them too. */
export function createDenials({ log, mode, now, counted }: DenialsOptions): Denials {
  // Oldest first.
  const entries = new Map<string, Entry>()
  let sequence = 0

  const ofCaller = (callerId: string) => [...entries].filter(([, entry]) => entry.callerId === callerId)

  /** Whether to log the tree of this denial. */
  const mayExplain = (callerId: string, last: Entry['explained'], at: number): boolean => {
    if (mode === 'dev') return true
    const recent = (time: number | undefined) => time !== undefined && at - time < EXPLAIN_AGAIN_MS
    if (recent(last?.at)) return false
    return ofCaller(callerId).filter(([, { explained }]) => recent(explained?.at)).length < MAX_EXPLAINED_PER_CALLER
  }

  const keep = (key: string, entry: Entry) => {
    // Deleted first, because a Map keeps the position of a key that it already has.
    entries.delete(key)
    const own = ofCaller(entry.callerId)
    if (own.length >= MAX_KEPT_PER_CALLER) entries.delete(own[0]?.[0] ?? '')
    entries.set(key, entry)
    let characters = 0
    for (const kept of entries.values()) characters += kept.characters
    while (entries.size > MAX_KEPT || characters > MAX_KEPT_CHARACTERS) {
      const [oldest, kept] = oldestOfLargestShare(entries)
      entries.delete(oldest)
      characters -= kept.characters
    }
  }

  const recordOne = (requestId: string, error: DeniedError, address: string, logged: boolean) => {
    const at = now()
    const { code, caller } = error
    const callerId = caller?.uid ?? ''
    const reason = copy(clip(error.internal ?? error.message, MAX_REASON))
    const caseText = jsonOf(error.case)
    const key = createHash('sha256').update(`${callerId}\n${code}\n${error.internal}\n${caseText}`).digest('base64url')
    const previous = entries.get(key)
    const explaining = logged && mayExplain(callerId, previous?.explained, at)
    const explanation = explaining || previous === undefined ? copy(error.explain()) : previous.denial.explanation
    const ruleCase = caseText !== '' && Buffer.byteLength(caseText) <= MAX_CASE_BYTES ? copy(error.case) : undefined
    const count = (previous?.denial.count ?? 0) + 1
    const { collection, invoke } = error.case
    sequence += 1
    keep(key, {
      denial: {
        id: key,
        at,
        requestId,
        count,
        code,
        caller,
        reason,
        collection: nameOf(collection),
        function: nameOf(invoke),
        explanation,
        case: ruleCase,
      },
      sequence,
      callerId,
      address,
      characters: jsonOf(explanation).length + (ruleCase === undefined ? 0 : caseText.length),
      explained: explaining ? { at, requestId } : previous?.explained,
    })
    if (!logged) return
    const line = { reqId: requestId, code, reason, ...(count > 1 ? { count } : {}) }
    if (explaining)
      log.info({ ...line, denial: { tree: treeLines(explanation), case: ruleCase } }, 'denied by the rules')
    else log.info({ ...line, sameAs: previous?.explained?.requestId }, 'denied by the rules')
  }

  return {
    record(requestId, errors, address = '') {
      counted?.(errors.length)
      for (const [index, error] of errors.entries())
        recordOne(requestId, error, address, index < MAX_LOGGED_PER_REQUEST)
      const more = errors.length - MAX_LOGGED_PER_REQUEST
      if (more > 0) log.info({ reqId: requestId, more }, 'more denials by the rules in this request')
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

/**
 * The entry to give up: the oldest one of the address with the most denials by the rule with the most denials. So neither
 * one address, with however many fresh anonymous users, nor a flood against one rule pushes out the denials of others.
 */
function oldestOfLargestShare(entries: ReadonlyMap<string, Entry>): readonly [string, Entry] {
  const ofRule = largestGroup(
    [...entries],
    ([, { denial }]) => `${aboutOf(denial)} ${denial.collection ?? denial.function}`,
  )
  const [oldest] = largestGroup(ofRule, ([, { address }]) => address)
  if (oldest === undefined) throw new Error('there is nothing to give up')
  return oldest
}

function largestGroup<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...Map.groupBy(items, keyOf).values()].reduce((one, other) => (other.length > one.length ? other : one), [])
}

function sequenceOf(after: string): number {
  if (!/^\d{1,15}$/.test(after))
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'after must be the next of an earlier page',
      zh: 'after 必须是上一页返回的 next',
    })
  return Number(after)
}

/** @param needle lower case */
function matches(
  denial: Denial,
  about: DenialQuery['about'],
  needle: string,
  since = Number.NEGATIVE_INFINITY,
): boolean {
  const { at, caller, code, reason, requestId } = denial
  if (at <= since || (about !== undefined && about !== aboutOf(denial))) return false
  const { uid = '', openid = '', customUserId = '' } = caller ?? {}
  return [uid, openid, customUserId, code, reason, requestId].some((text) => text.toLowerCase().includes(needle))
}

function nameOf(member: unknown): string | undefined {
  return typeof member === 'string' ? copy(member) : undefined
}

function aboutOf({ collection, function: invoked }: Denial): NonNullable<DenialQuery['about']> {
  if (invoked !== undefined) return 'functions'
  return collection === undefined ? 'storage' : 'database'
}

/** The lines of the explanation, cut off at MAX_TREE_BYTES. */
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

/** A deep copy through JSON. A substring keeps the whole string in memory, so a quote from a document would keep the document. */
function copy<T>(value: T): T {
  const text = jsonOf(value)
  return text === '' ? value : (JSON.parse(text) as T)
}

/** JSON, or an empty string when the value has none. Never throws. */
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
