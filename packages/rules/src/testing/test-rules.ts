import type { RuleAuth } from '../caller/rule-auth.ts'
import type { DocumentData } from '../database/context.ts'
import { renderExplanation } from '../explanation.ts'
import { type Language, text } from '../text.ts'
import { readFixtures } from './case-file.ts'
import { loadRules, type RulesUnderTest } from './configuration.ts'
import { type Coverage, CoverageCollector } from './coverage.ts'
import { decide } from './decide.ts'
import type { Decided } from './case-decision.ts'
import type { Fixtures, StoredFile } from './initial-state.ts'
import { NO_TEXT, Part, unknown } from './json-cursor.ts'
import { readCaller, type TestUser } from './users.ts'
import { type DocumentAction, type FileAction, readRequest } from './requests.ts'

/** What is there before a question is asked. */
export interface TestFixtures {
  readonly users?: Readonly<Record<string, TestUser>>
  /** Stored files by cloudPath. */
  readonly files?: Readonly<Record<string, StoredFile>>
  /** Stored documents by collection; each with an `_id`. */
  readonly documents?: Readonly<Record<string, readonly DocumentData[]>>
  /** ISO 8601, milliseconds since 1970, or a Date; without it, the time of `testRules`. */
  readonly now?: string | number | Date
}

export interface WriteDetails {
  /** Bytes of the file that would be stored. */
  readonly size?: number
}

/** Documents that are asked for: one by its id, or those of a query; `{ where: {} }` for all. */
export type Documents =
  | { readonly doc: string | number; readonly where?: never }
  | { readonly where: DocumentData; readonly doc?: never }

export interface ExplainOptions {
  readonly language?: Language
}

/** What a new, changed or replaced document brings, for explanations of such requests. */
export interface DocumentDetails {
  readonly doc?: string | number
  readonly where?: DocumentData
  readonly data?: DocumentData
}

/** Rules that can be asked. Made by {@link testRules}. */
export interface TestRules {
  /** @param user a name from the fixtures, or a user @throws {RuleError} for a name that is not there */
  asUser(user: string | (TestUser & { readonly uid: string })): TestCaller
  /** Nobody logged in. */
  asNobody(): TestCaller
  /** How far the questions that were asked so far went into the rules. */
  coverage(): Coverage
}

/** Somebody who asks. */
export interface TestCaller {
  /** Download, or get a URL. */
  canRead(path: string): boolean
  /** Whether the rule "write" allows, asked once, with the size if it is given. */
  canWrite(path: string, details?: WriteDetails): boolean
  /** A new file, asked as the server does: announced without a size, then with it. */
  canUpload(path: string, details?: WriteDetails): boolean
  /** Another file in the place of one that is stored. */
  canOverwrite(path: string, details?: WriteDetails): boolean
  canDelete(path: string): boolean
  /** What was decided and why, as lines of text. */
  explain(action: FileAction, path: string, details?: WriteDetails & ExplainOptions): string
  /** @throws {RuleError} for a collection that the rules do not name */
  collection(name: string): TestCollection
}

/** The documents of a collection, asked for by somebody. */
export interface TestCollection {
  canRead(documents: Documents): boolean
  /** @param data the document, without `_openid` */
  canCreate(data: DocumentData): boolean
  /** @param data fields to set, or operators: `{ status: 'paid' }`, `{ $inc: { total: 1 } }` */
  canUpdate(documents: Documents, data: DocumentData): boolean
  /** Another document in the place of one, or a new one if there is none. */
  canSet(documents: { readonly doc: string | number }, data: DocumentData): boolean
  canDelete(documents: Documents): boolean
  /** What was decided and why, as lines of text. */
  explain(action: DocumentAction, details: DocumentDetails & ExplainOptions): string
}

/**
 * Rules for tests in vitest, node:test or anything else: who may do what, decided as the server decides it.
 *
 * @param configuration the text of a `cloudstead.config.json`, or what it says
 * @throws {RuleError} when the rules or the fixtures are wrong
 * @example
 * const rules = testRules(
 *   { storage: { acl: { read: true, write: 'resource.openid == auth.openid' } } },
 *   { users: { alice: { customUserId: 'alice' } } },
 * )
 * assert.ok(rules.asUser('alice').canWrite('users/alice/a.jpg'))
 * assert.ok(!rules.asNobody().canWrite('users/alice/a.jpg'), rules.asNobody().explain('write', 'users/alice/a.jpg'))
 */
export function testRules(configuration: unknown, fixtures: TestFixtures = {}): TestRules {
  const rules = loadRules(configuration)
  const root = new Part(NO_TEXT, fixtures).only(['users', 'files', 'documents', 'now'])
  const session = new Session(rules, readFixtures(root, Date.now()))
  return {
    asUser: (user) => caller(session, readCaller(new Part(NO_TEXT, user, ['asUser']), session.fixtures.people).auth),
    asNobody: () => caller(session, null),
    coverage: () => session.coverage.report(),
  }
}

class Session {
  readonly rules: RulesUnderTest
  readonly fixtures: Fixtures
  readonly coverage: CoverageCollector

  constructor(rules: RulesUnderTest, fixtures: Fixtures) {
    this.rules = rules
    this.fixtures = fixtures
    this.coverage = new CoverageCollector(rules.sources)
  }

  /** @param request as a case has it */
  decide(auth: RuleAuth | null, request: Readonly<Record<string, unknown>>): Decided {
    const read = readRequest(new Part(NO_TEXT, request), this.fixtures.people, [])
    return decide(this.rules, auth, read, this.fixtures)
  }

  allows(auth: RuleAuth | null, request: Readonly<Record<string, unknown>>): boolean {
    const { allowed, asked } = this.decide(auth, request)
    this.coverage.record(asked)
    return allowed
  }
}

function caller(session: Session, auth: RuleAuth | null): TestCaller {
  const may = (action: FileAction, file: string, { size }: WriteDetails = {}): boolean =>
    session.allows(auth, { action, file, size })
  return {
    canRead: (path) => may('read', path),
    canWrite: (path, details) => may('write', path, details),
    canUpload: (path, details) => may('upload', path, details),
    canOverwrite: (path, details) => may('overwrite', path, details),
    canDelete: (path) => may('delete', path),
    explain: (action, file, { size, language = 'en' } = {}) =>
      renderExplanation(session.decide(auth, { action, file, size }).explanation, language),
    collection: (name) => collection(session, auth, name),
  }
}

function collection(session: Session, auth: RuleAuth | null, name: string): TestCollection {
  const known = [...session.rules.collections.keys()]
  if (!known.includes(name)) throw new Part(NO_TEXT, name).error(unknown(text('collection', '集合'), name, known))
  const may = (action: DocumentAction, details: DocumentDetails): boolean =>
    session.allows(auth, { action, collection: name, ...details })
  return {
    canRead: (documents) => may('read', documents),
    canCreate: (data) => may('create', { data }),
    canUpdate: (documents, data) => may('update', { ...documents, data }),
    canSet: (documents, data) => may('set', { ...documents, data }),
    canDelete: (documents) => may('delete', documents),
    explain: (action, { language = 'en', ...details }) =>
      renderExplanation(session.decide(auth, { action, collection: name, ...details }).explanation, language),
  }
}
