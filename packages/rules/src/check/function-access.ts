import { ALL_FUNCTIONS } from '../functions/rules.ts'
import type { RuleNode } from '../language/ast.ts'
import { type Text, text } from '../text.ts'
import { anonymousPasses } from './access-findings.ts'
import { EXPOSURE_LEVELS, type Exposure, exposureOf } from './exposure.ts'
import type { UnkeyedFinding } from './finding.ts'
import { strangersFunctionWorlds } from './function-worlds.ts'

export interface FunctionAccessOptions {
  /** The name in the rules: of a function, or `*`. */
  readonly name: string
  /** Whether the environment allows anonymous logins. */
  readonly anonymous: boolean
}

/** Callers whom a rule lets in, maybe against the author's intention. */
export function functionAccessFindings(root: RuleNode, options: FunctionAccessOptions): readonly UnkeyedFinding[] {
  const { name, anonymous } = options
  const toNobody = exposureOf(root, strangersFunctionWorlds('nobody'))
  const toAnonymous = anonymous ? exposureOf(root, strangersFunctionWorlds('ANONYMOUS')) : 'none'
  return [
    ...invokedByEveryone(root, toNobody, what(name)),
    // A function may be made for guests, and the default of the platform lets them in.
    ...(EXPOSURE_LEVELS[toAnonymous] > EXPOSURE_LEVELS[toNobody] ? [anonymousPasses(invoke(what(name)), 'note')] : []),
  ]
}

/** A literal `true` is meant to let everyone in. An expression that does may not be. */
function invokedByEveryone(root: RuleNode, exposure: Exposure, { en, zh }: Text): readonly UnkeyedFinding[] {
  if (exposure === 'none') return []
  const severity = exposure === 'all' && root.kind !== 'literal' ? 'warning' : 'note'
  const message =
    exposure === 'all'
      ? text(`everyone can invoke ${en}, even without a login`, `任何人都能调用${zh}，无论是否登录`)
      : text(`everyone can invoke ${en} at times, even without a login`, `有时任何人都能调用${zh}，无论是否登录`)
  return [{ severity, code: 'everyone-invokes', message }]
}

function invoke({ en, zh }: Text): Text {
  return text(`invoke ${en}`, `调用${zh}`)
}

function what(name: string): Text {
  if (name === ALL_FUNCTIONS) return text('every function without a rule of its own', '没有单独规则的所有函数')
  return text(`the function ${name}`, `函数 ${name}`)
}
