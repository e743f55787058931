/** No valid rule and no query that passes the server's checks blocks the process for long. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RuleAuth } from '../../caller/rule-auth.ts'
import { MAX_LENGTH } from '../../language/ast.ts'
import type { DatabaseRuleContext, DocumentData } from '../context.ts'
import { compileDatabaseRules } from '../rules.ts'

/**
 * Milliseconds. The worst pair takes about 40 on a laptop, and a proof without limits takes far longer than this. It does not
 * measure speed, because other work can run at the same time.
 */
const LIMIT = 10_000

const AUTH: RuleAuth = { uid: 'u', customUserId: 'alice', loginType: 'CUSTOM' }
const CONTEXT: DatabaseRuleContext = { auth: AUTH, now: 1 }

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']
const letter = (index: number) => LETTERS[index % LETTERS.length] ?? ''
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => index + from)
const names = (count: number) => numbers(count).map((n) => `${letter(n)}${n < 26 ? '' : Math.floor(n / 26)}`)
const fields = (count: number, condition: unknown) => Object.fromEntries(names(count).map((name) => [name, condition]))

/** A rule with as many parts as possible. */
function full(operator: string, part: (index: number) => string): string {
  let rule = part(0)
  for (let index = 1; ; index++) {
    const longer = `${rule}${operator}${part(index)}`
    if (longer.length > MAX_LENGTH) return rule
    rule = longer
  }
}

function nested(levels: number, first: string, around: (inner: string, level: number) => string): string {
  return numbers(levels).reduce((inner, level) => around(inner, level), first)
}

const RULES: Readonly<Record<string, string>> = {
  'many alternatives of fields': full('||', (n) => `doc.${letter(n)}==doc.${letter(n + 1)}`),
  'many conditions': full('&&', (n) => `doc.${names(200)[n]}!=9`),
  'many orders': full('||', (n) => `doc.${letter(n)}<doc.${letter(n + 1)}`),
  'one long list': `doc.a in [${full(',', (n) => `doc.${letter(n)}`).slice(0, 990)}]`.replace(/,[^,]*\]$/, ']'),
  'many lists': full('||', (n) => `doc.${letter(n)} in[doc.x,doc.y,doc.z,doc.w]`),
  'many computed names': full('||', () => 'doc[doc.a]==doc[doc.b]'),
  'names in names': `${nested(58, 'doc.a', (inner) => `doc[${inner}]`)}==1`,
  'a long chain of computed names': `doc${'[doc.a]'.repeat(60)}==1`,
  'deep logic': nested(40, 'doc.a==doc.b', (inner, n) => (n % 2 ? `(${inner}&&doc.c>1)` : `(${inner}||doc.d<2)`)),
  'many arrays': numbers(8)
    .map((n) => `doc.${letter(n)} in doc.l${n}`)
    .join('||'),
}

const LONG = numbers(50_000)

const QUERIES: Readonly<Record<string, DocumentData>> = {
  'a condition on each of 990 fields': fields(990, { $gt: 1 }),
  'eight values of each field': fields(400, { $in: numbers(8) }),
  'eight texts of each field': fields(400, { $in: numbers(8).map(String) }),
  '64 values of each field': fields(400, { $in: numbers(64) }),
  'long lists': {
    $and: [
      { a: { $in: LONG } },
      { a: { $in: numbers(50_000, 1) } },
      { b: { $nin: LONG } },
      { b: { $nin: numbers(50_000, 7) } },
    ],
  },
  '64 alternatives of everything': { $or: numbers(64).map((a) => ({ a })), ...fields(850, { $ne: 1 }) },
  'many choices': { $and: numbers(120).map((n) => ({ $or: [{ [letter(n)]: n }, { [letter(n + 1)]: n }] })) },
  'choices of eight and eight': {
    $and: [
      { $or: numbers(8).map((n) => ({ a: n, b: n })) },
      { $or: numbers(8).map((n) => ({ c: n, d: { $in: numbers(8) } })) },
      fields(350, { $in: numbers(8) }),
    ],
  },
  'choices in choices': numbers(60).reduce<DocumentData>(
    (inner, n) => ({ $or: [inner, { [letter(n)]: n, [letter(n + 3)]: { $ne: n } }], [letter(n + 5)]: { $gt: n } }),
    { a: 1 },
  ),
}

for (const [name, rule] of Object.entries(RULES)) {
  test(name, () => {
    assert.ok(rule.length <= MAX_LENGTH)
    const rules = compileDatabaseRules({ read: rule })
    for (const [asked, query] of Object.entries(QUERIES)) {
      const start = performance.now()
      rules.prove('read', query, CONTEXT)
      rules.explain('read', CONTEXT, { target: '', query })
      const took = performance.now() - start
      assert.ok(took < LIMIT, `${asked}: ${Math.round(took)} ms`)
    }
  })
}
