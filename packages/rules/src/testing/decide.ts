import type { RuleAuth } from '../caller/rule-auth.ts'
import type { CaseDecision } from './case-decision.ts'
import type { RulesUnderTest } from './configuration.ts'
import { decideDocument } from './decide-document.ts'
import { decideFile } from './decide-file.ts'
import { decideFunction } from './decide-function.ts'
import type { Fixtures } from './initial-state.ts'
import type { TestRequest } from './requests.ts'

/**
 * Decides a request as the server does.
 *
 * @param auth null when nobody is logged in
 */
export function decide(
  rules: RulesUnderTest,
  auth: RuleAuth | null,
  request: TestRequest,
  fixtures: Fixtures,
): CaseDecision {
  switch (request.kind) {
    case 'file':
      return decideFile(rules, auth, request, fixtures)
    case 'document':
      return decideDocument(rules, auth, request, fixtures)
    case 'function':
      return decideFunction(rules, auth, request, fixtures)
  }
}
