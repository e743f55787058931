import type { RuleNode } from './language/ast.ts'
import { compileRule } from './language/compile-rule.ts'
import type { ExplainedNode } from './language/explain-tree.ts'
import type { Scope } from './language/scope.ts'
import { RuleError } from './rule-error.ts'
import { type Language, type Text, text } from './text.ts'

/** Decides one operation. */
export interface Policy<C> {
  /** The operation is allowed when this returns exactly `true`. It may throw, which denies. */
  readonly run: (context: C) => unknown
  /** Why the operation is denied; undefined when it is allowed. */
  refusal(context: C, language: Language): string | undefined
  /** Present when the policy is an expression. */
  readonly rule?: PolicyRule<C>
}

interface PolicyRule<C> {
  readonly key: string
  readonly source: string
  readonly root: RuleNode
  /** The outcome of each part. */
  tree(context: C): ExplainedNode
}

export const MALFORMED_CONTEXT = text(
  'the request cannot be evaluated: its context is malformed',
  '无法判断这个请求：上下文格式错误',
)

export function unknownOperation(operation: unknown): Text {
  const name = JSON.stringify(operation)
  return text(`there is no operation ${name}`, `没有操作 ${name}`)
}

/**
 * The policy of one rule in a rules object.
 *
 * @param key the name of the rule, such as `read`
 * @param path where it is in the rules object
 * @throws {RuleError} with `key`, `path` and `index`, unless the rule is a boolean or an expression of the language
 */
export function rulePolicy<C>(key: string, rule: unknown, scope: Scope<C>, path: readonly string[] = [key]): Policy<C> {
  if (rule === true) return { run: () => true, refusal: () => undefined }
  if (rule === false) {
    const message = text(`the rule "${key}" is false`, `规则 "${key}" 为 false`)
    return { run: () => false, refusal: (_, language) => message[language] }
  }
  if (typeof rule !== 'string') {
    throw new RuleError(
      text(`"${key}" must be true, false or an expression string`, `"${key}" 必须是 true、false 或表达式字符串`),
      { key, path },
    )
  }
  try {
    const compiled = compileRule(rule, scope)
    return {
      run: compiled.run,
      refusal(context, language) {
        if (compiled.allows(context)) return undefined
        const why = compiled.whyNot(context, language)
        return language === 'zh' ? `规则 "${key}"：${why}` : `the rule "${key}": ${why}`
      },
      rule: { key, source: rule, root: compiled.root, tree: compiled.explain },
    }
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    const { en, zh } = error.text
    throw new RuleError(text(`"${key}": ${en}`, `"${key}"：${zh}`), { key, path, index: error.index, source: rule })
  }
}

/** The policy of an operation that the rules object does not mention. */
export function missingRulePolicy<C>(key: string): Policy<C> {
  const message = text(
    `there is no rule "${key}", and a missing rule denies`,
    `没有规则 "${key}"，没有写的规则一律拒绝`,
  )
  return { run: () => false, refusal: (_, language) => message[language] }
}
