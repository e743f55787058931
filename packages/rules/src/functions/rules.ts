import type { Decision } from '../decision.ts'
import type { Explanation } from '../explanation.ts'
import { MALFORMED_CONTEXT, type Policy, rulePolicy } from '../policy.ts'
import { RuleError } from '../rule-error.ts'
import { text } from '../text.ts'
import { unknownName } from '../unknown-name.ts'
import {
  A_FUNCTION_NAME,
  type FunctionFacts,
  type FunctionRuleContext,
  functionFacts,
  isFunctionName,
} from './context.ts'
import { FUNCTION_SCOPE } from './scope.ts'

/** The compiled rules of the functions of an environment. Immutable, and safe to share. */
export interface FunctionRules {
  /**
   * Whether a caller may invoke a function. Never throws: a rule that cannot be evaluated denies, and the reason says so.
   *
   * @param name also of a function that does not exist; the rules do not know which do
   */
  evaluate(name: string, context: FunctionRuleContext): Decision
  /** The decision of `evaluate` with everything that led to it. Never throws. Much slower than `evaluate`. */
  explain(name: string, context: FunctionRuleContext): Explanation
}

/** The rule of the functions that have none of their own. */
export const ALL_FUNCTIONS = '*'

/** Every login may invoke every function, as on the platform. */
export const DEFAULT_FUNCTION_RULES = { [ALL_FUNCTIONS]: { invoke: 'auth != null' } } as const

const RULE = 'invoke'

interface NamedPolicy {
  /** Such as `getTicket.invoke`. */
  readonly key: string
  readonly policy: Policy<FunctionFacts>
}

/**
 * Compiles the `functions.rules` of a configuration: `{ "*": { invoke }, "NAME": { invoke } }`. A function without a rule of
 * its own has that of `*`.
 *
 * @param raw undefined for the default: every login may invoke every function
 * @throws {RuleError} for anything else; `path` and `index` tell where
 * @example
 * const rules = compileFunctionRules({ '*': { invoke: 'auth != null' }, getTicket: { invoke: true } })
 * rules.evaluate('getTicket', { auth: null, now: Date.now() }).allowed
 */
export function compileFunctionRules(raw: unknown): FunctionRules {
  const policies = new Map(
    entriesOf(raw === undefined ? DEFAULT_FUNCTION_RULES : raw).map(([name, entry]) => [name, policyOf(name, entry)]),
  )
  const all = policies.get(ALL_FUNCTIONS)
  if (all === undefined) throw new RuleError(ALL_MISSING)
  const ruleOf = (name: string): NamedPolicy => policies.get(name) ?? all
  return Object.freeze({
    evaluate(name: string, context: FunctionRuleContext): Decision {
      const rule = ruleOf(name)
      try {
        if (rule.policy.run(functionFacts(context)) === true) {
          return { allowed: true, reason: `allowed by the rule "${rule.key}"` }
        }
      } catch {
        // Denied below; the reason says so.
      }
      return new FunctionDenial(rule, context)
    },
    explain: (name: string, context: FunctionRuleContext) => explain(ruleOf(name), name, context),
  })
}

const ALL_MISSING = text(
  'the rule "*" is missing: it decides about every function without a rule of its own, as in "*": { "invoke": "auth != null" }',
  '缺少规则 "*"：没有单独规则的函数都由它决定，例如 "*": { "invoke": "auth != null" }',
)

const NOT_RULES = text(
  'rules of functions must be an object such as { "*": { "invoke": "auth != null" } }',
  '函数规则必须是对象，例如 { "*": { "invoke": "auth != null" } }',
)

/** The entries of rules: those of `*` and of names of functions. @throws {RuleError} when there are others */
function entriesOf(raw: unknown): readonly (readonly [string, unknown])[] {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new RuleError(NOT_RULES)
  if (!Object.hasOwn(raw, ALL_FUNCTIONS)) throw new RuleError(ALL_MISSING)
  const entries = Object.entries(raw)
  for (const [name] of entries) checkName(name)
  return entries
}

function checkName(name: string): void {
  if (name === ALL_FUNCTIONS || isFunctionName(name)) return
  const shown = JSON.stringify(name.slice(0, MAX_SHOWN))
  const { en, zh } = A_FUNCTION_NAME
  throw new RuleError(text(`${shown} is not the name of a function: ${en}`, `${shown} 不是函数名：${zh}`), {
    key: name,
  })
}

/** Characters of a wrong name in a message. */
const MAX_SHOWN = 64

function policyOf(name: string, entry: unknown): NamedPolicy {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw new RuleError(
      text(
        `"${name}" must be an object such as { "invoke": "auth != null" }`,
        `"${name}" 必须是对象，例如 { "invoke": "auth != null" }`,
      ),
      { key: name },
    )
  }
  for (const member of Object.keys(entry)) {
    if (member === RULE) continue
    throw new RuleError(unknownName(text('key', '键'), member, [RULE]), {
      key: `${name}.${member}`,
      path: [name, member],
    })
  }
  if (!Object.hasOwn(entry, RULE)) {
    throw new RuleError(
      text(`"${name}" has no "invoke": true, false or an expression`, `"${name}" 缺少 "invoke"：true、false 或表达式`),
      { key: name },
    )
  }
  const key = `${name}.${RULE}`
  const { [RULE]: rule } = entry as { readonly [RULE]: unknown }
  return { key, policy: rulePolicy(key, rule, FUNCTION_SCOPE, [name, RULE]) }
}

/** Computes its reason on demand, because most denials are not read. */
class FunctionDenial implements Decision {
  readonly allowed = false
  readonly #rule: NamedPolicy
  readonly #context: FunctionRuleContext

  constructor(rule: NamedPolicy, context: FunctionRuleContext) {
    this.#rule = rule
    this.#context = context
  }

  get reason(): string {
    try {
      return this.#rule.policy.refusal(functionFacts(this.#context), 'en') ?? MALFORMED_CONTEXT.en
    } catch {
      return MALFORMED_CONTEXT.en
    }
  }
}

function explain({ key, policy }: NamedPolicy, name: string, context: FunctionRuleContext): Explanation {
  const decided = { acl: 'CUSTOM', operation: 'invoke', target: typeof name === 'string' ? name : '' } as const
  try {
    const facts = functionFacts(context)
    const en = policy.refusal(facts, 'en')
    const zh = policy.refusal(facts, 'zh')
    const allowed = en === undefined || zh === undefined
    const reason = allowed ? text(`allowed by the rule "${key}"`, `由规则 "${key}" 允许`) : text(en, zh)
    const tree = policy.rule?.tree(facts)
    return { ...decided, allowed, reason, ...(tree === undefined ? {} : { tree }) }
  } catch {
    return { ...decided, allowed: false, reason: MALFORMED_CONTEXT }
  }
}
