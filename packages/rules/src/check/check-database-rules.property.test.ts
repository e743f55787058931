/** What the checker reports as impossible never happens, for any caller and request. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type DatabaseOperation,
  type DatabaseRuleContext,
  type DocumentData,
  databaseFacts,
} from '../database/context.ts'
import { updatedData } from '../database/request-data.ts'
import { compileDatabaseRules } from '../database/rules.ts'
import { DATABASE_SCOPE } from '../database/scope.ts'
import { MAX_GETS, MAX_LENGTH } from '../language/ast.ts'
import { compile } from '../language/compile.ts'
import { parse } from '../language/parse.ts'
import { EvaluationError, UNKNOWN, type Value } from '../language/values.ts'
import { possibleValues } from '../possible/possible-values.ts'
import { checkDatabaseRules } from './check-database-rules.ts'
import { type DatabaseWorldOptions, databaseWorld } from './database-worlds.ts'
import { authOf } from './world-callers.fixture.ts'
import { LOGINS, type Login } from './world-callers.ts'

const VALUES = [
  ...['auth', 'auth.uid', 'auth.openid', 'auth.customUserId', 'auth.loginType', 'now', 'doc', 'request.data'],
  ...['doc._openid', 'doc.a', 'doc.b', 'doc.list', 'doc.a.b', 'doc.map[auth.uid]', 'doc[doc.a]'],
  ...['request.data.a', 'request.data.list', 'request.data._openid', 'request.data[doc.a]'],
  ...["get('database.c.x')", "get('database.c.x').a", "get('database.c.' + doc.a).list", "get('database.c.x')._openid"],
  ...["get('database.c.' + request.data.a).list", "get('database.c.' + auth.uid).a"],
  ...['null', 'true', 'false', '0', '7', "'u1'", "'CUSTOM'", "['u1', auth.uid, null]", '[1, 7]', '/u/.test(doc.a)'],
]

const CONDITIONS = [
  ...['auth != null', 'doc._openid == auth.openid', 'doc._openid == auth.uid', "auth.loginType != 'ANONYMOUS'"],
  ...["doc.a == 'u1'", 'auth.uid in doc.list', 'request.data.a == auth.uid', 'request.data.a == null'],
  ...["auth.uid in get('database.c.' + request.data.a).list", "get('database.c.' + auth.uid).a == 7"],
]

const expression: fc.Arbitrary<string> = fc
  .letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom(...CONDITIONS),
      fc
        .tuple(fc.constantFrom(...VALUES), fc.constantFrom('==', '!=', 'in', '<', '>='), fc.constantFrom(...VALUES))
        .map(joined),
      fc.tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition')).map(joined),
      tie('condition').map((inner) => `!(${inner})`),
    ),
  }))
  .condition.filter((source) => source.split('get(').length <= MAX_GETS + 1 && source.length <= MAX_LENGTH)

function joined([left, operator, right]: readonly [string, string, string]): string {
  return `(${left}) ${operator} (${right})`
}

const stored = fc.constantFrom<unknown>('u1', 'alice', 7, true, null, ['u1', 7], { u1: 'x', b: 7 }, new Date(5))
const fields = fc.dictionary(fc.constantFrom('a', 'b', 'list', 'map'), stored, { maxKeys: 3 })
const operation = fc.constantFrom<DatabaseOperation>('read', 'create', 'update', 'delete')

interface Case {
  readonly operation: DatabaseOperation
  readonly login: Login
  readonly document: DatabaseWorldOptions['document']
  readonly context: DatabaseRuleContext
}

/** @param strangers whether the ids of the caller occur nowhere else */
function cases(strangers: boolean): fc.Arbitrary<Case> {
  const id = fc.constantFrom('u1', 'alice', 'zz')
  return fc
    .record({
      operation,
      login: fc.constantFrom(...LOGINS),
      uid: id,
      openid: id,
      owner: fc.option(id, { nil: undefined }),
      data: fields,
      sent: fields,
      exists: fc.boolean(),
      document: fc.option(fields, { nil: undefined }),
    })
    .map((drawn) => {
      const own = (name: string, ending: number) => (strangers ? `q3k9v7x2m5t8w4z6${ending}` : name)
      const auth = authOf(drawn.login, own(drawn.uid, 1), own(drawn.openid, 2))
      const creates = drawn.operation === 'create'
      // The data that strangers send can contain their own id.
      const sent = Object.fromEntries(
        Object.entries(drawn.sent).map(([name, value]) => [name, strangers && value === 'alice' ? auth?.uid : value]),
      )
      const owner = creates ? (auth?.customUserId ?? auth?.openid ?? auth?.uid) : drawn.owner
      const absent = !creates && !drawn.exists && !strangers
      const doc: DocumentData = {
        ...(creates ? sent : drawn.data),
        ...(owner === undefined ? {} : { _openid: owner }),
      }
      const update = { $set: sent, $inc: { n: 1 } }
      const data = creates ? sent : drawn.operation === 'update' ? updatedData(update) : undefined
      return {
        operation: drawn.operation,
        login: drawn.login,
        document: absent ? 'absent' : owner === undefined ? 'unowned' : 'owned',
        context: {
          auth,
          ...(absent ? {} : { doc }),
          ...(data === undefined ? {} : { data }),
          now: 5,
          // Nothing is stored about a stranger.
          documents: {
            get: (_, key) => (strangers && String(key).includes('q3k9v7x2') ? null : (drawn.document ?? null)),
          },
        },
      }
    })
}

test('every result is among the possible values', () => {
  const seen = { truths: 0, errors: 0 }
  fc.assert(
    fc.property(expression, cases(false), (source, { operation, login, document, context }) => {
      const node = parse(source, 'database')
      const possible = possibleValues(node, databaseWorld({ login, relation: 'anybody', operation, document }))
      let value: Value
      try {
        value = compile(node, DATABASE_SCOPE).run(databaseFacts(context))
      } catch (error) {
        assert.ok(error instanceof EvaluationError)
        seen.errors++
        // An invalid id of get( ) is not among the possible errors, because it denies like a missing document.
        assert.ok(possible.some(({ is }) => is === 'error') || source.includes('get('), source)
        return
      }
      if (typeof value !== 'boolean' && value !== UNKNOWN) return
      seen.truths++
      assert.ok(
        possible.some((candidate) => candidate.is === 'known' && candidate.value === value),
        `${source} is ${String(value)} for ${operation} ${JSON.stringify(context)}`,
      )
    }),
    { numRuns: 4000 },
  )
  assert.ok(seen.truths > 1000 && seen.errors > 200, JSON.stringify(seen))
})

test('a clause that is reported as never true is never true', () => {
  let held = 0
  fc.assert(
    fc.property(expression, cases(false), (source, { operation, context }) => {
      const acl = { [operation]: source }
      const rules = compileDatabaseRules(acl)
      if (rules.evaluate(operation, context).allowed) held++
      for (const { code, span } of checkDatabaseRules(acl)) {
        if (code !== 'never-holds' && code !== 'login-without-openid') continue
        const part = compile(parse(source.slice(span?.start, span?.end), 'database'), DATABASE_SCOPE)
        assert.notEqual(
          outcomeOf(() => part.run(databaseFacts(context))),
          true,
          `${code}: ${source}`,
        )
      }
    }),
    { numRuns: 1000 },
  )
  assert.ok(held > 100, `only ${held} held`)
})

test('there is a warning about every unexpected caller who gets access', () => {
  const seen = { nobody: 0, anonymous: 0, named: 0 }
  fc.assert(
    fc.property(expression, cases(true), (source, { operation, login, context }) => {
      const acl = { [operation]: source }
      if (!compileDatabaseRules(acl).evaluate(operation, context).allowed) return
      const codes: readonly string[] = checkDatabaseRules(acl).map(({ code }) => code)
      const warned = (...expected: readonly string[]) =>
        assert.ok(
          expected.some((code) => codes.includes(code)),
          `${operation} ${source} lets ${login} through: ${codes.join(' ')} ${JSON.stringify(context)}`,
        )
      const open = operation === 'read' ? 'everyone-reads' : 'write-without-login'
      if (login === 'nobody') {
        seen.nobody++
        warned(open)
      } else if (operation !== 'create' && login === 'ANONYMOUS' && (!source.includes('doc') || !names(context))) {
        seen.anonymous++
        warned(open, 'anonymous-passes', 'ownerless-write', 'get-of-caller-input')
      } else if (operation !== 'create' && operation !== 'read' && !source.includes('doc')) {
        seen.named++
        warned(open, 'ownerless-write', 'get-of-caller-input')
      }
    }),
    { numRuns: 6000 },
  )
  assert.ok(seen.nobody > 50 && seen.anonymous > 50 && seen.named > 20, JSON.stringify(seen))
})

/** Whether the sent data contain the caller's uid; the checker then warns only about rules that do not check the document. */
function names({ auth, data }: DatabaseRuleContext): boolean {
  return auth !== null && data !== undefined && Object.values(data).includes(auth.uid)
}

function outcomeOf(run: () => Value): Value {
  try {
    return run()
  } catch (error) {
    if (error instanceof EvaluationError) return undefined
    throw error
  }
}
