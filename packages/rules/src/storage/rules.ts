import type { Decision } from '../decision.ts'
import type { Explanation } from '../explanation.ts'
import { type Judge, missingRule, ruleJudge, unknownName } from '../policy.ts'
import { isPresetAcl, PRESET_ACLS, type PresetAcl } from '../acl.ts'
import { RuleError } from '../rule-error.ts'
import { text } from '../text.ts'
import type { StorageOperation, StorageRuleContext } from './context.ts'
import { type StorageFacts, storageFacts } from './facts.ts'
import { presetRefusal, presetTest } from './presets.ts'
import { type ResourceOpenid, storageScope } from './scope.ts'

/** Compiled rules of one bucket. Immutable; may be asked from anywhere at any time. */
export interface StorageRules {
  readonly acl: PresetAcl | 'CUSTOM'
  /** Seconds that a temporary URL lives, from a custom rule that says so. */
  readonly maxAge: number | undefined
  /** Never throws: what cannot be evaluated is denied, and the reason says so. */
  evaluate(operation: StorageOperation, context: StorageRuleContext): Decision
  /** The same decision with everything that led to it. Never throws; far slower than `evaluate`. */
  explain(operation: StorageOperation, context: StorageRuleContext): Explanation
}

export interface StorageRulesOptions {
  readonly resourceOpenid: ResourceOpenid
}

/** A temporary URL lives for a day at most, as on the platform. */
const MAX_MAX_AGE = 86_400

const RULE_KEYS = ['read', 'write', 'maxAge'] as const

const OPERATIONS: readonly StorageOperation[] = ['read', 'write']

const MALFORMED = text('the request cannot be judged: its context is malformed', '无法判断这个请求：上下文格式错误')

/**
 * Compiles the `storage.acl` of a configuration: the name of a preset, or `{ read, write, maxAge }`.
 *
 * @throws {RuleError} for anything else; `key` and `index` say where
 * @example
 * const rules = compileStorageRules({ read: true, write: 'resource.openid == auth.openid' }, { resourceOpenid: 'path' })
 * rules.evaluate('write', { auth, resource, now: Date.now() }).allowed
 */
export function compileStorageRules(acl: unknown, options: StorageRulesOptions): StorageRules {
  if (options.resourceOpenid !== 'path' && options.resourceOpenid !== 'creator') {
    throw new RuleError(text('resourceOpenid must be "path" or "creator"', 'resourceOpenid 必须是 "path" 或 "creator"'))
  }
  if (isPresetAcl(acl)) {
    return storageRules(acl, undefined, {
      read: presetJudge(acl, 'read'),
      write: presetJudge(acl, 'write'),
    })
  }
  if (typeof acl === 'string') throw unknownName('preset', acl, PRESET_ACLS)
  if (typeof acl !== 'object' || acl === null || Array.isArray(acl)) {
    const names = PRESET_ACLS.join(', ')
    throw new RuleError(
      text(
        `the acl must be one of ${names} or an object { read, write, maxAge }`,
        `acl 必须是 ${names} 之一，或对象 { read, write, maxAge }`,
      ),
    )
  }
  return customRules(acl, options)
}

function customRules(acl: object, options: StorageRulesOptions): StorageRules {
  for (const key of Object.keys(acl)) {
    if (!RULE_KEYS.some((known) => known === key)) throw unknownName('key', key, RULE_KEYS)
  }
  const given = new Map<string, unknown>(Object.entries(acl))
  if (!given.has('read') && !given.has('write')) {
    throw new RuleError(
      text('custom rules need "read" or "write" or both', '自定义规则至少要写 "read" 或 "write" 之一'),
    )
  }
  const scope = storageScope(options.resourceOpenid)
  return storageRules('CUSTOM', given.has('maxAge') ? maxAgeOf(given.get('maxAge')) : undefined, {
    read: given.has('read') ? ruleJudge('read', given.get('read'), scope) : missingRule('read'),
    write: given.has('write') ? ruleJudge('write', given.get('write'), scope) : missingRule('write'),
  })
}

function storageRules(
  acl: StorageRules['acl'],
  maxAge: number | undefined,
  judges: Readonly<Record<StorageOperation, Judge<StorageFacts>>>,
): StorageRules {
  const { read, write } = judges
  const by = (operation: StorageOperation) => (acl === 'CUSTOM' ? `the rule "${operation}"` : acl)
  const mayRead: Decision = Object.freeze({ allowed: true, reason: `allowed by ${by('read')}` })
  const mayWrite: Decision = Object.freeze({ allowed: true, reason: `allowed by ${by('write')}` })
  return Object.freeze({
    acl,
    maxAge,
    evaluate(operation: StorageOperation, context: StorageRuleContext): Decision {
      if (operation !== 'read' && operation !== 'write') {
        return { allowed: false, reason: `there is no operation ${JSON.stringify(operation)}` }
      }
      const judge = operation === 'read' ? read : write
      try {
        if (judge.run(storageFacts(context)) === true) return operation === 'read' ? mayRead : mayWrite
      } catch {
        // Denied below; the reason says so.
      }
      return new StorageDenial(judge, context)
    },
    explain: (operation: StorageOperation, context: StorageRuleContext) =>
      explanation(acl, operation, OPERATIONS.includes(operation) ? judges[operation] : undefined, context),
  })
}

/** Finds its reason when somebody asks for it: most denials are not read. */
class StorageDenial implements Decision {
  readonly allowed = false
  private readonly judge: Judge<StorageFacts>
  private readonly context: StorageRuleContext

  constructor(judge: Judge<StorageFacts>, context: StorageRuleContext) {
    this.judge = judge
    this.context = context
  }

  get reason(): string {
    try {
      return this.judge.refusal(storageFacts(this.context), 'en') ?? MALFORMED.en
    } catch {
      return MALFORMED.en
    }
  }
}

function explanation(
  acl: StorageRules['acl'],
  operation: StorageOperation,
  judge: Judge<StorageFacts> | undefined,
  context: StorageRuleContext,
): Explanation {
  const decided = { acl, operation, target: pathOf(context) }
  if (judge === undefined) {
    const name = JSON.stringify(operation)
    return { ...decided, allowed: false, reason: text(`there is no operation ${name}`, `没有操作 ${name}`) }
  }
  try {
    const facts = storageFacts(context)
    const en = judge.refusal(facts, 'en')
    const zh = judge.refusal(facts, 'zh')
    const allowed = en === undefined || zh === undefined
    const yes =
      acl === 'CUSTOM'
        ? text(`allowed by the rule "${operation}"`, `由规则 "${operation}" 允许`)
        : text(`allowed by ${acl}`, `由 ${acl} 允许`)
    const reason = allowed ? yes : text(en, zh)
    const tree = judge.rule?.tree(facts)
    return { ...decided, allowed, reason, ...(tree === undefined ? {} : { tree }) }
  } catch {
    return { ...decided, allowed: false, reason: MALFORMED }
  }
}

function presetJudge(acl: PresetAcl, operation: StorageOperation): Judge<StorageFacts> {
  return {
    run: presetTest(acl, operation),
    refusal: (facts, language) => presetRefusal(acl, operation, facts, language),
  }
}

function pathOf(context: StorageRuleContext): string {
  const path: unknown = context?.resource?.path
  return typeof path === 'string' ? path : ''
}

function maxAgeOf(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_MAX_AGE) return value
  throw new RuleError(
    text(
      `"maxAge" must be a whole number of seconds from 1 to ${MAX_MAX_AGE}`,
      `"maxAge" 必须是 1 到 ${MAX_MAX_AGE} 之间的整数秒`,
    ),
    { key: 'maxAge' },
  )
}
