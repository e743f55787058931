import type { RuleAuth } from '../caller/rule-auth.ts'
import type { DocumentData } from '../database/context.ts'
import { renderExplanation } from '../explanation.ts'
import type { Language } from '../text.ts'
import type { CaseDecision } from './case-decision.ts'
import { loadRules, type RulesUnderTest } from './configuration.ts'
import { type Coverage, CoverageCollector } from './coverage.ts'
import { decide } from './decide.ts'
import { type Fixtures, readFixtures, type StoredFile } from './initial-state.ts'
import { JsonCursor, NO_SOURCE } from './json-cursor.ts'
import { checkCollection, type DocumentAction, type FileAction, readRequest } from './requests.ts'
import { readCaller, type TestUser } from './users.ts'

/** What exists before a request. */
export interface TestFixtures {
  readonly users?: Readonly<Record<string, TestUser>>
  /** Stored files, by cloudPath. */
  readonly files?: Readonly<Record<string, StoredFile>>
  /** Stored documents, by collection. Each needs an `_id`. */
  readonly documents?: Readonly<Record<string, readonly DocumentData[]>>
  /** ISO 8601, milliseconds since the epoch, or a Date; by default the time when `testRules` is called. */
  readonly now?: string | number | Date
}

export interface WriteOptions {
  /** Bytes of the file that would be stored. */
  readonly size?: number
}

/** The requested documents: one by its id, or all that match a query. `{ where: {} }` means all documents. */
export type DocumentSelection =
  | { readonly doc: string | number; readonly where?: never }
  | { readonly where: DocumentData; readonly doc?: never }

export interface ExplainOptions {
  readonly language?: Language
}

/** A request for documents, without its action. */
export interface DocumentDetails {
  readonly doc?: string | number
  readonly where?: DocumentData
  readonly data?: DocumentData
}

/** Rules to test. Made by {@link testRules}. */
export interface TestRules {
  /** @param user the name of a user in the fixtures, or a user @throws {RuleError} for an unknown name */
  asUser(user: string | (TestUser & { readonly uid: string })): TestCaller
  /** A caller without a login. */
  asNobody(): TestCaller
  /** The coverage of the calls so far. */
  coverage(): Coverage
}

/** The requests of one caller. */
export interface TestCaller {
  /** Download, or get a URL. */
  canRead(path: string): boolean
  /** Whether the rule "write" allows; evaluated once, with the size if it is given. */
  canWrite(path: string, details?: WriteOptions): boolean
  /** Whether a new file can be uploaded. As on the server, evaluated without the size first, then with it. */
  canUpload(path: string, details?: WriteOptions): boolean
  /** Whether a stored file can be overwritten. */
  canOverwrite(path: string, details?: WriteOptions): boolean
  canDelete(path: string): boolean
  /** Whether a function can be called through an SDK. It need not exist. */
  canInvoke(name: string): boolean
  /** The decision and its reason, as plain text. */
  explain(action: FileAction, path: string, details?: WriteOptions & ExplainOptions): string
  explain(action: 'invoke', name: string, options?: ExplainOptions): string
  /** @throws {RuleError} for a collection that has no rules */
  collection(name: string): TestCollection
}

/** The requests of one caller for the documents of a collection. */
export interface TestCollection {
  canRead(documents: DocumentSelection): boolean
  /** @param data the document, without `_openid` */
  canCreate(data: DocumentData): boolean
  /** @param data fields to set, or operators: `{ status: 'paid' }`, `{ $inc: { total: 1 } }` */
  canUpdate(documents: DocumentSelection, data: DocumentData): boolean
  /** Whether a document can be replaced, or created when it does not exist. */
  canSet(documents: { readonly doc: string | number }, data: DocumentData): boolean
  canDelete(documents: DocumentSelection): boolean
  /** The decision and its reason, as plain text. */
  explain(action: DocumentAction, details: DocumentDetails & ExplainOptions): string
}

/**
 * Makes rules available to tests in vitest, node:test or any other runner. Decides as the server does.
 *
 * @param configuration the source of a `cloudstead.config.json`, or its parsed value
 * @throws {RuleError} when the rules or the fixtures are invalid
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
  const root = new JsonCursor(NO_SOURCE, fixtures).only(['users', 'files', 'documents', 'now'])
  const session = new Session(rules, readFixtures(root, Date.now()))
  return {
    asUser: (user) =>
      testCaller(session, readCaller(new JsonCursor(NO_SOURCE, user, ['asUser']), session.fixtures.users).auth),
    asNobody: () => testCaller(session, null),
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

  /** @param request in the form of a case */
  decide(auth: RuleAuth | null, request: Readonly<Record<string, unknown>>): CaseDecision {
    const read = readRequest(new JsonCursor(NO_SOURCE, request), this.fixtures.users, [])
    return decide(this.rules, auth, read, this.fixtures)
  }

  allows(auth: RuleAuth | null, request: Readonly<Record<string, unknown>>): boolean {
    const { allowed, evaluated } = this.decide(auth, request)
    this.coverage.record(evaluated)
    return allowed
  }
}

function testCaller(session: Session, auth: RuleAuth | null): TestCaller {
  const may = (action: FileAction, file: string, { size }: WriteOptions = {}): boolean =>
    session.allows(auth, { action, file, size })
  return {
    canRead: (path) => may('read', path),
    canWrite: (path, details) => may('write', path, details),
    canUpload: (path, details) => may('upload', path, details),
    canOverwrite: (path, details) => may('overwrite', path, details),
    canDelete: (path) => may('delete', path),
    canInvoke: (name) => session.allows(auth, { invoke: name }),
    explain: (
      action: FileAction | 'invoke',
      target: string,
      { size, language = 'en' }: WriteOptions & ExplainOptions = {},
    ) => {
      const request = action === 'invoke' ? { invoke: target } : { action, file: target, size }
      return renderExplanation(session.decide(auth, request).explanation, language)
    },
    collection: (name) => testCollection(session, auth, name),
  }
}

function testCollection(session: Session, auth: RuleAuth | null, name: string): TestCollection {
  checkCollection(new JsonCursor(NO_SOURCE, name), [...session.rules.collections.keys()])
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
