import { type Text, text } from '../text.ts'
import { type CompareNode, type CompareOperator, isNullLiteral, type OrderOperator } from './ast.ts'
import type { CompiledNode } from './compile.ts'
import { show } from './show.ts'
import { ComparableValue, isMissing, type Value } from './values.ts'

/** A part of a rule with its value. */
export interface EvaluatedPart<C> {
  readonly compiled: CompiledNode<C>
  readonly source: string
  readonly value: Value
}

/** The operator that is true exactly when the given one is false. */
const OPPOSITES: Readonly<Record<CompareOperator, CompareOperator | 'not in'>> = {
  '==': '!=',
  '===': '!=',
  '!=': '==',
  '!==': '==',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
  in: 'not in',
}

/** The equivalent operator with the sides exchanged. */
const MIRRORED: Readonly<Record<OrderOperator, OrderOperator>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

/**
 * What must change for a comparison to have the wanted result.
 *
 * @param wanted false below a `!`
 */
export function neededFor<C>(
  node: CompareNode,
  left: EvaluatedPart<C>,
  right: EvaluatedPart<C>,
  wanted: boolean,
): Text {
  const operator = wanted ? node.operator : OPPOSITES[node.operator]
  if (operator === 'in' || operator === 'not in') {
    const not = operator === 'in' ? text('', '') : text('not ', '不')
    return text(
      `${left.source} must ${not.en}be one of ${right.source}`,
      `${left.source} 需要${not.zh}是 ${right.source} 之一`,
    )
  }
  // A literal cannot change, so the other side is the subject.
  const swap = left.compiled.node.kind === 'literal'
  const [subject, other] = swap ? [right, left] : [left, right]
  const { source } = subject
  if (operator === '==' || operator === '===' || operator === '!=' || operator === '!==') {
    return equality(subject, other, operator[0] === '=')
  }
  const sign = swap ? MIRRORED[operator] : operator
  const limit = isMissing(other.value) ? text(other.source, other.source) : bothShown(other.value)
  return text(`${source} must be ${sign} ${limit.en}`, `${source} 需要 ${sign} ${limit.zh}`)
}

function equality<C>(subject: EvaluatedPart<C>, other: EvaluatedPart<C>, same: boolean): Text {
  const { source } = subject
  if (isNullLiteral(other.compiled.node)) {
    if (same) return text(`${source} must be missing`, `${source} 需要缺失`)
    if (source === 'auth') return text('a user must be logged in', '需要先登录')
    return text(`${source} must be present`, `${source} 需要存在`)
  }
  const absent = [subject, other].filter(({ value }) => isMissing(value)).map((part) => part.source)
  if (absent.length > 0) {
    return text(`${absent.join(' and ')} must be present`, `${absent.join(' 和 ')} 需要存在`)
  }
  if (subject.value instanceof ComparableValue || other.value instanceof ComparableValue) {
    return same
      ? text(`${source} and ${other.source} must be the same user`, `${source} 和 ${other.source} 需要是同一个用户`)
      : text(`${source} and ${other.source} must be different users`, `${source} 和 ${other.source} 需要是不同的用户`)
  }
  const value = bothShown(other.value)
  return same
    ? text(`${source} must be ${value.en}`, `${source} 需要是 ${value.zh}`)
    : text(`${source} must not be ${value.en}`, `${source} 需要不是 ${value.zh}`)
}

function bothShown(value: Value): Text {
  return text(show(value, 'en'), show(value, 'zh'))
}
