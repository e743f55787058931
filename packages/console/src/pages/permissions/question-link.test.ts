import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY } from './question.ts'
import { fieldsOfLink, linkOfDenial } from './question-link.ts'

const CALLER = { uid: 'u1', customUserId: 'bob', loginType: 'CUSTOM' } as const
const asQuery = (link: object) =>
  Object.fromEntries(
    Object.entries(link).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )

for (const [what, denial, fields] of [
  [
    'a read of a file',
    { caller: CALLER, case: { action: 'read', file: 'users/a/图 1.jpg' } },
    { who: 'user', path: 'users/a/图 1.jpg' },
  ],
  [
    'an upload by nobody',
    { caller: null, case: { action: 'write', file: 'a', size: 12 } },
    { who: 'nobody', path: 'a', fileAction: 'upload', size: '12' },
  ],
  [
    'a query',
    { caller: CALLER, collection: 'orders', case: { action: 'read', where: { n: { $gt: 1 } } } },
    { who: 'user', query: '{"n":{"$gt":1}}' },
  ],
  [
    'an update of one document',
    { caller: null, collection: 'orders', case: { action: 'update', doc: 'o1', data: { $set: { n: 1 } } } },
    { who: 'nobody', which: 'id', id: 'o1', documentAction: 'update', data: '{"$set":{"n":1}}' },
  ],
  [
    'a call of a function',
    { caller: CALLER, function: 'pay', case: { invoke: 'pay' } },
    { who: 'user', functionName: 'pay' },
  ],
] as const) {
  test(`${what} that was denied fills in the simulator`, () => {
    const link = linkOfDenial(denial)
    assert.deepEqual(fieldsOfLink(asQuery(link ?? {})), { ...EMPTY, ...fields })
  })
}

test('a request that the simulator has no fields for has no link', () => {
  const denial = { caller: CALLER, collection: 'orders' }
  assert.equal(linkOfDenial(denial), undefined)
  assert.equal(linkOfDenial({ ...denial, case: { action: 'set', doc: 'o1', data: {} } }), undefined)
  assert.equal(linkOfDenial({ ...denial, case: { action: 'create', data: { text: 'x'.repeat(5_000) } } }), undefined)
})

test('without anything it is as at first', () => assert.deepEqual(fieldsOfLink({}), EMPTY))
