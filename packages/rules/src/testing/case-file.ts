import type { RuleAuth } from '../caller/rule-auth.ts'
import { parseRulesText } from '../rules-text/rules-text.ts'
import { text } from '../text.ts'
import { type Fixtures, readFixtures } from './initial-state.ts'
import { JsonCursor, NO_SOURCE } from './json-cursor.ts'
import { checkCollection, readRequest, type TestRequest } from './requests.ts'
import { readCaller } from './users.ts'

export type Expected = 'allowed' | 'denied'

/** A parsed case. */
export interface RuleTestCase {
  /** As given, or made from the caller and the request. */
  readonly name: string
  /** The first line of the case in its file, from 1. */
  readonly line: number
  readonly auth: RuleAuth | null
  readonly request: TestRequest
  readonly expected: Expected
  /** @throws {RuleError} with the position, when the case names a collection that is not in the list */
  checkCollection(known: readonly string[]): void
}

/** A parsed case file. */
export interface CaseFile {
  /** The path of the configuration, as written in the file. */
  readonly rules?: string
  readonly fixtures: Fixtures
  readonly cases: readonly RuleTestCase[]
}

const FILE_KEYS = ['$schema', 'rules', 'now', 'users', 'files', 'documents', 'cases']
const CASE_KEYS = ['name', 'as', 'expect']

/** Characters of the name of a case. */
const MAX_NAME = 200

/**
 * Parses a case file: JSON with comments and trailing commas.
 *
 * @param now milliseconds since the epoch, when the file does not set the time
 * @throws {RuleError} with `line`, `column` and `frame`
 */
export function parseCaseFile(source: string, now: number): CaseFile {
  const parsed = parseRulesText(source)
  const root = new JsonCursor(parsed, parsed.value).only(FILE_KEYS)
  const fixtures = readFixtures(root, now)
  const cases = root.need('cases')
  const rules = root.at('rules')?.string()
  const listed = cases.items().map((cursor) => readCase(cursor, fixtures))
  if (listed.length === 0) cases.fail(text('there are no cases', '没有用例'))
  return { ...(rules === undefined ? {} : { rules }), fixtures, cases: listed }
}

/**
 * Reads a single case without a file, such as the one that the log shows for a denied request.
 *
 * @throws {RuleError} whose message names the invalid member
 */
export function readOneCase(value: unknown): RuleTestCase {
  return readCase(new JsonCursor(NO_SOURCE, value), readFixtures(new JsonCursor(NO_SOURCE, {}), 0))
}

function readCase(cursor: JsonCursor, { users }: Fixtures): RuleTestCase {
  const request = readRequest(cursor, users, CASE_KEYS)
  const { name, auth } = readCaller(cursor.need('as'), users)
  const expected = cursor.need('expect').word(['allowed', 'denied'] as const)
  const given = cursor.at('name')?.string()
  return {
    name: (given ?? `${name}: ${describe(request)}`).slice(0, MAX_NAME),
    line: cursor.error(text('', '')).line ?? 1,
    auth,
    request,
    expected,
    checkCollection(known) {
      const collection = cursor.at('collection')
      if (collection !== undefined) checkCollection(collection, known)
    },
  }
}

function describe(request: TestRequest): string {
  if (request.kind === 'file') return `${request.action} ${request.path}`
  if (request.kind === 'function') return `invoke ${request.name}`
  const { action, collection, doc, where, data } = request
  if (doc !== undefined) return `${action} ${collection}/${doc}`
  if (where !== undefined) return `${action} ${collection} where ${JSON.stringify(where)}`
  return `${action} ${collection}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`
}
