import type { RuleAuth } from '../caller/rule-auth.ts'
import { parseRulesText } from '../rules-text/rules-text.ts'
import { text } from '../text.ts'
import { readDate } from './document-data.ts'
import { type Fixtures, readDocuments, readFiles } from './initial-state.ts'
import { NO_TEXT, Part } from './json-cursor.ts'
import { readCaller, readPeople } from './users.ts'
import { checkCollection, readRequest, type TestRequest } from './requests.ts'

export type Expected = 'allowed' | 'denied'

/** One case that has been read. */
export interface RuleTestCase {
  /** As given, else made from who asks for what. */
  readonly name: string
  /** Where it begins in the file, from 1. */
  readonly line: number
  readonly auth: RuleAuth | null
  readonly request: TestRequest
  readonly expected: Expected
  /** Refuses a collection that is not among the known ones. @throws {RuleError} with the place */
  checkCollection(known: readonly string[]): void
}

/** A file of cases that has been read. */
export interface CaseFile {
  /** The configuration that it names, as it is written. */
  readonly rules?: string
  readonly fixtures: Fixtures
  readonly cases: readonly RuleTestCase[]
}

const FILE_KEYS = ['$schema', 'rules', 'now', 'users', 'files', 'documents', 'cases']
const CASE_KEYS = ['name', 'as', 'expect']

/** Characters of a name that a case is given; the whole is in the file. */
const MAX_NAME = 200

/**
 * Reads a file of cases: JSON in which comments and trailing commas are tolerated.
 *
 * @param now milliseconds since 1970, for a file that does not say
 * @throws {RuleError} with `line`, `column` and `frame`
 */
export function parseCaseFile(source: string, now: number): CaseFile {
  const read = parseRulesText(source)
  const root = new Part(read, read.value).only(FILE_KEYS)
  const fixtures = readFixtures(root, now)
  const cases = root.need('cases')
  const rules = root.at('rules')?.string()
  const listed = cases.items().map((part) => readCase(part, fixtures))
  if (listed.length === 0) cases.fail(text('there are no cases', '没有用例'))
  return { ...(rules === undefined ? {} : { rules }), fixtures, cases: listed }
}

/**
 * Reads a case that stands by itself, such as the log shows one of a denied request.
 *
 * @throws {RuleError} that names the member at fault
 */
export function readOneCase(value: unknown): RuleTestCase {
  return readCase(new Part(NO_TEXT, value), readFixtures(new Part(NO_TEXT, {}), 0))
}

/** What cases are decided in. @throws {RuleError} */
export function readFixtures(root: Part, now: number): Fixtures {
  const people = readPeople(root.at('users'))
  const at = root.at('now')
  return {
    people,
    files: readFiles(root.at('files'), people),
    documents: readDocuments(root.at('documents')),
    now: at === undefined ? now : readDate(at).getTime(),
  }
}

function readCase(part: Part, { people }: Fixtures): RuleTestCase {
  const request = readRequest(part, people, CASE_KEYS)
  const { name, auth } = readCaller(part.need('as'), people)
  const expected = part.need('expect').word(['allowed', 'denied'] as const)
  const given = part.at('name')?.string()
  return {
    name: (given ?? `${name}: ${describe(request)}`).slice(0, MAX_NAME),
    line: part.error(text('', '')).line ?? 1,
    auth,
    request,
    expected,
    checkCollection(known) {
      const collection = part.at('collection')
      if (collection !== undefined) checkCollection(collection, known)
    },
  }
}

function describe(request: TestRequest): string {
  if (request.kind === 'file') return `${request.action} ${request.path}`
  const { action, collection, doc, where, data } = request
  if (doc !== undefined) return `${action} ${collection}/${doc}`
  if (where !== undefined) return `${action} ${collection} where ${JSON.stringify(where)}`
  return `${action} ${collection}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`
}
