import { CloudsteadError, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { parsePath } from './paths.ts'

/**
 * The aggregation expressions that `$expr` may use. Expressions that run code (`$function`, `$accumulator`) are never
 * allowed. Those that loop or bind names (`$map`, `$reduce`, `$range`, `$let`, ...) are not allowed because a short query
 * could then take unbounded time on each document.
 */
export const EXPRESSIONS: ReadonlySet<string> = new Set(
  (
    '$abs $add $ceil $divide $exp $floor $ln $log $log10 $mod $multiply $pow $sqrt $subtract $trunc ' +
    '$arrayElemAt $in $indexOfArray $isArray $size $slice $concatArrays $reverseArray ' +
    '$and $not $or $cmp $eq $gt $gte $lt $lte $ne $cond $ifNull $literal ' +
    '$dayOfMonth $dayOfWeek $dayOfYear $hour $isoDayOfWeek $isoWeek $isoWeekYear $millisecond $minute $month $second ' +
    '$week $year $dateToString ' +
    '$concat $indexOfBytes $indexOfCP $split $strLenBytes $strLenCP $strcasecmp $substr $substrBytes $substrCP ' +
    '$toLower $toUpper $allElementsTrue $anyElementTrue $setDifference $setEquals $setIntersection $setIsSubset ' +
    '$setUnion $mergeObjects'
  ).split(' '),
)

/** The variables that an expression may use. It cannot bind others. */
const VARIABLES = new Set(['$$ROOT', '$$CURRENT', '$$NOW'])

function checkText(text: string): void {
  if (!text.startsWith('$')) return
  const [first = '', ...rest] = text.split('.')
  if (text.startsWith('$$')) {
    if (!VARIABLES.has(first))
      throw new CloudsteadError('INVALID_PARAM', {
        en: `the variable ${first} is not defined`,
        zh: `变量 ${first} 未定义`,
      })
    if (rest.length > 0) parsePath(rest.join('.'))
  } else parsePath(text.slice(1))
}

/**
 * Checks the operand of `$expr`.
 *
 * @param spend called for each part of the expression; it may throw
 * @throws CloudsteadError DATABASE_INVALID_OPERRATOR for expressions that are not allowed, INVALID_PARAM for malformed ones
 */
export function checkExpression(expression: DocumentValue, spend: () => void): void {
  spend()
  if (typeof expression === 'string') checkText(expression)
  else if (Array.isArray(expression)) for (const item of expression) checkExpression(item, spend)
  else if (isDocumentObject(expression)) {
    const names = Object.keys(expression)
    for (const [name, operand] of Object.entries(expression)) {
      if (name.startsWith('$')) {
        if (!EXPRESSIONS.has(name)) {
          throw new CloudsteadError('DATABASE_INVALID_OPERRATOR', {
            en: `the expression ${name} is not supported in $expr`,
            zh: `$expr 不支持表达式 ${name}`,
          })
        }
        if (names.length !== 1)
          throw new CloudsteadError('INVALID_PARAM', {
            en: `${name} must stand alone in its object`,
            zh: `${name} 必须单独位于对象中`,
          })
      } else parsePath(name)
      if (name !== '$literal') checkExpression(operand, spend)
    }
  }
}
