/** Every result in a context of a world is among the possible values that the checker computes for the world. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type StorageWorldOptions, storageWorld } from '../check/storage-worlds.ts'
import { authOf } from '../check/world-callers.fixture.ts'
import { LOGINS } from '../check/world-callers.ts'
import { compile } from '../language/compile.ts'
import { parse } from '../language/parse.ts'
import { EvaluationError, UNKNOWN, type Value } from '../language/values.ts'
import { StorageFacts, type StorageRuleContext } from '../storage/context.ts'
import { storageScope } from '../storage/scope.ts'
import { possibleValues } from './possible-values.ts'

const VALUES = [
  ...['auth', 'auth.uid', 'auth.openid', 'auth.customUserId', 'auth.loginType', 'auth.none', 'now', 'nobody'],
  ...['resource', 'resource.openid', 'resource.path', 'resource.size', 'resource.metadata', 'resource.metadata.a'],
  ...[
    'resource.metadata[auth.uid]',
    'auth[resource.metadata.a]',
    'null',
    'true',
    'false',
    '0',
    '7',
    "'u1'",
    "'CUSTOM'",
  ],
  ...["'users/u1/a.jpg'", "'temp/a.jpg'", '[]', "['u1', auth.uid, null]", '[1, 7]', "'ANONYMOUS'"],
  ...['/^users/.test(resource.path)', '/^temp|^users\\/u1/i.test(resource.path)', '/u/.test(auth.uid)'],
]

/** Mostly conditions combined by logical operators, as in real rules; sometimes anything anywhere. */
const expression: fc.Arbitrary<string> = fc.letrec<{ condition: string; any: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.tuple(fc.constantFrom(...VALUES), fc.constantFrom('==', '!=', 'in'), fc.constantFrom(...VALUES)).map(joined),
    fc.tuple(fc.constantFrom(...VALUES), fc.constantFrom('<', '>='), fc.constantFrom(...VALUES)).map(joined),
    fc.constantFrom('/^users/.test(resource.path)', 'auth != null', "auth.loginType == 'CUSTOM'"),
    fc.tuple(tie('condition'), fc.constantFrom('&&', '||', '=='), tie('condition')).map(joined),
    tie('condition').map((inner) => `!(${inner})`),
    tie('any'),
  ),
  any: fc.oneof(
    fc.constantFrom(...VALUES),
    fc.tuple(tie('any'), fc.constantFrom('&&', '||', '==', '<', 'in'), tie('any')).map(joined),
    fc.tuple(fc.constantFrom('!', '- '), tie('any')).map(([operator, operand]) => `${operator}(${operand})`),
  ),
})).condition

function joined([left, operator, right]: readonly [string, string, string]): string {
  return `(${left}) ${operator} (${right})`
}

const id = fc.constantFrom('u1', 'alice', 'zz')
const stored = fc.constantFrom<unknown>('u1', 7, true, null, ['u1', 1], [{}], { u1: 'alice' })

interface Case {
  readonly world: StorageWorldOptions
  readonly context: StorageRuleContext
}

/** A world, and a context in it. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    login: fc.constantFrom(...LOGINS),
    uid: id,
    openid: id,
    customUserId: fc.option(id, { nil: undefined }),
    claim: fc.option(id, { nil: undefined }),
    size: fc.option(fc.constantFrom(0, 7, 1000), { nil: undefined }),
    metadata: fc.option(fc.dictionary(fc.constantFrom('a', 'u1'), stored), { nil: undefined }),
    stranger: fc.boolean(),
  })
  .map(({ login, uid, openid, customUserId, claim, size, metadata, stranger }) => {
    // A stranger's ids occur nowhere else.
    const own = (name: string, ending: number) => (stranger ? `q3k9v7x2m5t8w4z6${ending}` : name)
    const auth = authOf(login, own(uid, 1), own(openid, 2), customUserId && own(customUserId, 3))
    return {
      world: {
        login,
        relation: stranger ? 'stranger' : 'anybody',
        place: claim === undefined ? 'unclaimed' : 'claimed',
        owned: claim !== undefined,
        sized: size === undefined ? 'no' : 'either',
      },
      context: {
        auth,
        resource: {
          path: claim === undefined ? 'temp/a.jpg' : `users/${claim}/a.jpg`,
          exists: true,
          ...(claim === undefined ? {} : { claim }),
          ...(size === undefined ? {} : { size }),
          ...(metadata === undefined ? {} : { metadata }),
        },
        now: 5,
      },
    }
  })

test('every result is among the possible values', () => {
  const scope = storageScope('path')
  const seen = { truths: 0, errors: 0, strangers: 0 }
  fc.assert(
    fc.property(expression, cases, (source, { world, context }) => {
      const node = parse(source)
      let value: Value
      const possible = possibleValues(node, storageWorld(world))
      assert.ok(possible.length > 0 && possible.length < 40)
      try {
        value = compile(node, scope).run(new StorageFacts(context))
      } catch (error) {
        assert.ok(error instanceof EvaluationError)
        seen.errors++
        assert.ok(
          possible.some(({ is }) => is === 'error'),
          source,
        )
        return
      }
      if (typeof value !== 'boolean' && value !== UNKNOWN) return
      seen.truths++
      if (world.relation === 'stranger') seen.strangers++
      assert.ok(
        possible.some((candidate) => candidate.is === 'known' && candidate.value === value),
        `${source} is ${String(value)} for ${JSON.stringify(context)}`,
      )
    }),
    { numRuns: 5000 },
  )
  assert.ok(seen.truths > 1000 && seen.errors > 200 && seen.strangers > 500, JSON.stringify(seen))
})
