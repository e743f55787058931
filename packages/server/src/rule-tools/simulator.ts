/** Evaluates the rules in effect, or edited ones, for simulated requests. */
import { CloudsteadError, decodeWebValue, type LoginType, NOBODY } from '@cloudstead/protocol'
import {
  compileDatabaseRules,
  compileFunctionRules,
  compileStorageRules,
  type Explanation,
  type FunctionRules,
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
import { simulateInvoke } from '../functions/simulate.ts'
import type { FileQuestion } from '../storage/simulate.ts'
import type { Storage } from '../storage/storage.ts'

/** Bytes of the test case in an answer. A larger case is left out, because a document can have 16 MB. */
const MAX_CASE_BYTES = 64 * 1024

export interface RuleSimulatorOptions {
  readonly storage: Pick<Storage, 'simulate'>
  readonly database: Pick<Database, 'simulate'>
  /** The meaning of `resource.openid` in rules of files. */
  readonly resourceOpenid: () => 'path' | 'creator'
  /** The rules of functions in effect. */
  readonly functionRules: () => FunctionRules
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The decision of the rules about a simulated request. */
interface SimulatedDecision {
  readonly allowed: boolean
  readonly reason: Text
  readonly explanation: Explanation
  /** The request as a test case; absent when it is too large. */
  readonly case?: RuleCase
}

/** A test case that expects the decision. */
interface RuleCase extends CaseMembers {
  readonly expect: 'allowed' | 'denied'
}

/** Members of a test case for `cloudstead rules test`. */
type CaseMembers = Readonly<Record<string, unknown>>

export interface RuleSimulator {
  /**
   * Decides about a request that is described as a test case. Files and documents that the case does not contain are read
   * from the storage and the database.
   *
   * @param as null for nobody
   * @param asked the members of the test case other than `as` and `expect`
   * @param text the source of edited rules; undefined for the rules in effect
   * @throws CloudsteadError INVALID_PARAM for rules that do not compile and for an invalid test case, INVALID_FILE_NAME,
   *   DATABASE_COLLECTION_NOT_EXIST
   */
  simulate(as: CaseCaller | null, asked: CaseMembers, text: string | undefined): Promise<SimulatedDecision>
  /**
   * Decides about a recorded test case. A file that it does not contain did not exist.
   *
   * @throws CloudsteadError like `simulate`
   */
  replay(recorded: CaseMembers, text: string): Promise<SimulatedDecision>
}

export function createRuleSimulator(options: RuleSimulatorOptions): RuleSimulator {
  const decide = async (members: CaseMembers, text: string | undefined, recorded: boolean) => {
    const { caller, request } = readCase(members)
    return answer(members.as, await decideRequest(caller, request, text, recorded))
  }
  const decideRequest = async (
    caller: QuestionCaller,
    request: TestRequest,
    text: string | undefined,
    recorded: boolean,
  ): Promise<Simulated> => {
    switch (request.kind) {
      case 'file':
        return options.storage.simulate(fileQuestion(caller, request, recorded, text, options.resourceOpenid()))
      case 'document':
        return options.database.simulate(documentQuestion(caller, request, text))
      case 'function': {
        const rules = text === undefined ? options.functionRules() : compileText(text, compileFunctionRules)
        return simulateInvoke(rules, { name: request.name, caller, now: options.now() })
      }
    }
  }
  return {
    simulate: (as, asked, text) => decide({ ...asked, as }, text, false),
    replay: (recorded, text) => decide(recorded, text, true),
  }
}

type QuestionCaller = FileQuestion['caller']

/** @throws CloudsteadError INVALID_PARAM */
function readCase(members: CaseMembers): { readonly caller: QuestionCaller; readonly request: TestRequest } {
  // Refuses values that are nested so deep that reading them would overflow the stack.
  decodeWebValue(members, 0)
  const { auth, request } = asParam(() => readOneCase({ ...members, expect: 'allowed' }))
  return { caller: auth === null ? NOBODY : asCaller(auth), request }
}

function asCaller({ loginType, ...ids }: RuleAuth): QuestionCaller {
  // readOneCase has checked loginType.
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
  // readOneCase has decoded these members from JSON, so they contain only values of documents.
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
      throw read.errorAt(error.text, error.path, error.index)
    }
  })
}

function asParam<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RuleError) throw new CloudsteadError('INVALID_PARAM', error.located)
    throw error
  }
}

function answer(as: unknown, { allowed, explanation, asked }: Simulated): SimulatedDecision {
  const ruleCase: RuleCase = { as, ...asked, expect: allowed ? 'allowed' : 'denied' }
  const isSmall = Buffer.byteLength(JSON.stringify(ruleCase)) <= MAX_CASE_BYTES
  return { allowed, reason: explanation.reason, explanation, ...(isSmall ? { case: ruleCase } : {}) }
}
