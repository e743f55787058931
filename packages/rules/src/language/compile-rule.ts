import type { Language } from '../text.ts'
import type { RuleNode } from './ast.ts'
import { type Compiled, compile } from './compile.ts'
import { explain } from './explain.ts'
import { type ExplainedNode, explainTree } from './explain-tree.ts'
import { parse } from './parse.ts'
import { PHRASES } from './phrases.ts'
import type { Scope } from './scope.ts'

/** An expression that is ready to be asked. */
export interface Rule<C> {
  readonly root: RuleNode
  /** The bare evaluation: yields a value, or throws. */
  readonly run: (context: C) => unknown
  /** True when the expression yields exactly `true`; an error is false. Never throws. */
  allows(context: C): boolean
  /** Why it does not allow, for the log. Never throws; only worth asking after `allows` said false. */
  whyNot(context: C, language: Language): string
  /** What came of every part, for whoever wants to understand a decision. Never throws; far slower than `allows`. */
  explain(context: C): ExplainedNode
}

/**
 * Parses, checks and compiles one expression.
 *
 * @throws {RuleError} with its place when the expression is not in the language
 */
export function compileRule<C>(source: string, scope: Scope<C>): Rule<C> {
  const compiled: Compiled<C> = compile(parse(source, scope.dialect), scope)
  const { run } = compiled
  return {
    root: compiled.node,
    run,
    allows(context) {
      try {
        return run(context) === true
      } catch {
        return false
      }
    },
    whyNot(context, language) {
      try {
        return explain(compiled, source, context, language)
      } catch {
        return PHRASES[language].outOfReach
      }
    },
    explain(context) {
      try {
        return explainTree(compiled, source, context)
      } catch {
        const { kind, start, end } = compiled.node
        return { kind, start, end, source, outcome: 'error', decided: true, children: [] }
      }
    },
  }
}
