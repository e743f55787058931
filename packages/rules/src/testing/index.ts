/** Tests of security rules: case files, and a library for test runners. */
export { type CaseFile, type Expected, parseCaseFile, type RuleTestCase, readOneCase } from './case-file.ts'
export { type CollectionRules, loadRules, type RuleSource, type RulesUnderTest } from './configuration.ts'
export type { Coverage, UncoveredClause } from './coverage.ts'
export type { StoredFile } from './initial-state.ts'
export { judgedQuery } from './query.ts'
export type {
  DocumentAction,
  DocumentRequest,
  FileAction,
  FileRequest,
  FunctionRequest,
  TestRequest,
} from './requests.ts'
export { type CaseResult, type CasesRun, runCases } from './run-cases.ts'
export {
  type DocumentDetails,
  type DocumentSelection,
  type ExplainOptions,
  type TestCaller,
  type TestCollection,
  type TestFixtures,
  type TestRules,
  testRules,
  type WriteOptions,
} from './test-rules.ts'
export type { TestUser } from './users.ts'
