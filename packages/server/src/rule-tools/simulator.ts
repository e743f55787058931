/** Asks rules, those that hold or edited ones, about requests that nobody makes. */
import { CloudsteadError, decodeWebValue, type LoginType, NOBODY } from '@cloudstead/protocol'
import {
  compileDatabaseRules,
  compileStorageRules,
  type Explanation,
  parseRulesText,
  type RuleAuth,
  RuleError,
  type Text,
} from '@cloudstead/rules'
import { readOneCase, type TestRequest } from '@cloudstead/rules/testing'
import type { Database } from '../database/database.ts'
import type { DocumentQuestion } from '../database/simulate.ts'
import type { CaseCaller } from '../decisions/denied-error.ts'
import type { Simulated } from '../decisions/simulated.ts'
import type { FileQuestion } from '../storage/simulate.ts'
import type { Storage } from '../storage/storage.ts'

/** Bytes of a test case to paste; a document can be as large as 16 MB. */
const MAX_CASE_BYTES = 64 * 1024

export interface RuleSimulatorOptions {
  readonly storage: Pick<Storage, 'simulate'>
  readonly database: Pick<Database, 'simulate'>
  /** What `resource.openid` is in rules of files. */
  readonly resourceOpenid: () => 'path' | 'creator'
}

/** What rules would decide about a request. */
export interface SimulatedDecision {
  readonly allowed: boolean
  readonly reason: Text
  readonly explanation: Explanation
  /** The request as a test case; absent when it is too large. */
  readonly case?: RuleCase
}

/** A test case with the decision as what it expects. */
interface RuleCase extends CaseMembers {
  readonly expect: 'allowed' | 'denied'
}

/** Members of a test case, as `cloudstead rules test` reads it. */
type CaseMembers = Readonly<Record<string, unknown>>

export interface RuleSimulator {
  /**
   * What rules would say to a request. What it does not say about what is stored, is as it is stored.
   *
   * @param as null for nobody
   * @param asked the other members of a test case, but for `expect`
   * @param text edited rules; without it those that hold
   * @throws CloudsteadError INVALID_PARAM for rules that do not compile and for a request that is none,
   *   INVALID_FILE_NAME, DATABASE_COLLECTION_NOT_EXIST
   */
  simulate(as: CaseCaller | null, asked: CaseMembers, text: string | undefined): Promise<SimulatedDecision>
  /**
   * The same for a case that was recorded: a file that it does not bring along was not there.
   *
   * @throws CloudsteadError like `simulate`
   */
  replay(recorded: CaseMembers, text: string): Promise<SimulatedDecision>
}

export function createRuleSimulator(options: RuleSimulatorOptions): RuleSimulator {
  const decide = async (members: CaseMembers, text: string | undefined, recorded: boolean) => {
    const { caller, request } = readCase(members)
    const simulated = await (request.kind === 'file'
      ? options.storage.simulate(fileQuestion(caller, request, recorded, text, options.resourceOpenid()))
      : options.database.simulate(documentQuestion(caller, request, text)))
    return answer(members.as, simulated)
  }
  return {
    simulate: (as, asked, text) => decide({ ...asked, as }, text, false),
    replay: (recorded, text) => decide(recorded, text, true),
  }
}

type QuestionCaller = FileQuestion['caller']

/** @throws CloudsteadError INVALID_PARAM */
function readCase(members: CaseMembers): { readonly caller: QuestionCaller; readonly request: TestRequest } {
  // Refuses what nests so deep that reading it would exhaust the stack.
  decodeWebValue(members, 0)
  const { auth, request } = asParam(() => readOneCase({ ...members, expect: 'allowed' }))
  return { caller: auth === null ? NOBODY : asCaller(auth), request }
}

function asCaller({ loginType, ...ids }: RuleAuth): QuestionCaller {
  // One of three, as it was read.
  return { kind: 'user', ...ids, loginType: loginType as LoginType, sessionId: 'simulated' }
}

function fileQuestion(
  caller: QuestionCaller,
  { action, path, size, stored }: Extract<TestRequest, { readonly kind: 'file' }>,
  recorded: boolean,
  text: string | undefined,
  resourceOpenid: 'path' | 'creator',
): FileQuestion {
  const question = { caller, action, path, size, stored: stored ?? (recorded ? null : stored) }
  if (text === undefined) return question
  return { ...question, rules: compileText(text, (acl) => compileStorageRules(acl, { resourceOpenid })) }
}

function documentQuestion(
  caller: QuestionCaller,
  { action, collection, doc, ...given }: Extract<TestRequest, { readonly kind: 'document' }>,
  text: string | undefined,
): DocumentQuestion {
  // Read from JSON, so that there is nothing in them but what documents consist of.
  const data = given as Pick<DocumentQuestion, 'where' | 'data' | 'stored' | 'documents'>
  const question = { caller, action, collection, doc, ...data }
  return text === undefined ? question : { ...question, rules: compileText(text, compileDatabaseRules) }
}

/** @throws CloudsteadError INVALID_PARAM with line and column */
function compileText<Rules>(text: string, compile: (acl: unknown) => Rules): Rules {
  return asParam(() => {
    const read = parseRulesText(text)
    try {
      return compile(read.value)
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      throw read.errorAt(error.text, error.key === undefined ? [] : [error.key], error.index)
    }
  })
}

function asParam<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RuleError) throw new CloudsteadError('INVALID_PARAM', error.message)
    throw error
  }
}

function answer(as: unknown, { allowed, explanation, asked }: Simulated): SimulatedDecision {
  const ruleCase: RuleCase = { as, ...asked, expect: allowed ? 'allowed' : 'denied' }
  const isSmall = Buffer.byteLength(JSON.stringify(ruleCase)) <= MAX_CASE_BYTES
  return { allowed, reason: explanation.reason, explanation, ...(isSmall ? { case: ruleCase } : {}) }
}
