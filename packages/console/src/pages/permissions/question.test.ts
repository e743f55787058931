import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EMPTY, type Fields, ownerOf, questionOf } from './question.ts'

const ALICE = { uid: 'alice', customUserId: 'alice', loginType: 'CUSTOM' }
const file = (fields: Partial<Fields>) => questionOf({ ...EMPTY, ...fields }, {})
const documents = (fields: Partial<Fields>) => questionOf({ ...EMPTY, ...fields }, { collection: 'orders' })

describe('the caller', () => {
  const user = {
    uid: 'u7',
    loginType: 'WECHAT_OPEN',
    createdAt: 0,
    blocked: false,
    wechat: { appid: 'wx', openid: 'o7' },
  } as const
  for (const [what, fields, as] of [
    ['nobody', { who: 'nobody' }, null],
    ['an anonymous login', { who: 'anonymous' }, { uid: 'anonymous-user', loginType: 'ANONYMOUS' }],
    ['a custom id', { who: 'custom', customId: 'bob' }, { uid: 'bob', customUserId: 'bob', loginType: 'CUSTOM' }],
    [
      'somebody from WeChat',
      { who: 'wechat', openid: 'o1' },
      { uid: 'uid-of-o1', openid: 'o1', loginType: 'WECHAT_OPEN' },
    ],
    ['a user', { who: 'user', user }, { uid: 'u7', openid: 'o7', loginType: 'WECHAT_OPEN' }],
  ] as const) {
    test(what, () => assert.deepEqual(file(fields).body?.as, as))
  }

  test('is not filled in yet', () => {
    assert.equal(file({ who: 'user' }).body, undefined)
    assert.equal(file({ customId: '' }).body, undefined)
  })

  test('does not change the path: whether bob reads a file of alice is another question than his own', () => {
    for (const fields of [{ who: 'user', user }, { who: 'nobody' }, { customId: 'bob' }] as const) {
      const { body } = file(fields)
      assert.equal(body?.path, 'users/alice/photo.jpg')
    }
  })
})

test('the owner is the one in the path, the uploader, or the creator of the document entered', () => {
  const owner = (fields: Partial<Fields>, collection?: string) =>
    ownerOf({ ...EMPTY, ...fields }, collection === undefined ? {} : { collection })
  assert.equal(owner({}), 'alice')
  assert.equal(owner({ path: 'temp/a.jpg' }), undefined)
  assert.equal(owner({ path: 'users/a.jpg' }), undefined)
  assert.equal(owner({ path: 'temp/a.jpg', storedFile: 'other', uploader: 'bob' }), 'bob')
  assert.equal(owner({ path: 'users/alice/a', storedFile: 'other', uploader: 'bob' }), 'alice')
  const entered = { which: 'id', id: 'o1', storedDocument: 'other', document: '{ "_openid": "bob" }' } as const
  assert.equal(owner(entered, 'orders'), 'bob')
  assert.equal(owner({ ...entered, document: '{' }, 'orders'), undefined)
  assert.equal(owner({ ...entered, storedDocument: 'real' }, 'orders'), undefined)
  assert.equal(owner({}, 'orders'), undefined)
})

describe('requests for files', () => {
  const asked = { as: ALICE, path: 'users/alice/photo.jpg' }
  for (const [what, fields, body] of [
    ['a read', {}, { ...asked, action: 'read' }],
    ['an upload', { fileAction: 'upload', size: '12' }, { ...asked, action: 'write', size: 12 }],
    ['one of a size that is not known', { fileAction: 'upload', size: ' ' }, { ...asked, action: 'write' }],
    ['a deletion, which has no size', { fileAction: 'remove', size: '12' }, { ...asked, action: 'write' }],
    ['of a file that is not there', { storedFile: 'none' }, { ...asked, action: 'read', stored: null }],
    [
      'of a file of somebody',
      { storedFile: 'other', uploader: 'bob' },
      { ...asked, action: 'read', stored: { creator: ['bob'] } },
    ],
  ] as const) {
    test(what, () => assert.deepEqual(file(fields), { body, faults: {} }))
  }

  test('invalid or missing fields make no question', () => {
    for (const size of ['x', '-1', '1.5', '1e400'])
      assert.deepEqual(file({ fileAction: 'upload', size }).faults, { size: true })
    assert.equal(file({ path: '' }).body, undefined)
    assert.equal(file({ storedFile: 'other' }).body, undefined)
  })
})

describe('requests for documents', () => {
  const asked = { as: ALICE, collection: 'orders' }
  for (const [what, fields, body] of [
    ['a query', {}, { ...asked, action: 'read', query: { _openid: '{openid}' } }],
    ['all', { query: '' }, { ...asked, action: 'read', query: {} }],
    ['one', { which: 'id', id: 'o1' }, { ...asked, action: 'read', id: 'o1' }],
    [
      'one that is not there',
      { which: 'id', id: 'o1', storedDocument: 'none' },
      { ...asked, action: 'read', id: 'o1', stored: null },
    ],
    [
      'one as it is written here',
      { which: 'id', id: 'o1', storedDocument: 'other', document: '{ "n": 1 }' },
      { ...asked, action: 'read', id: 'o1', stored: { _id: 'o1', n: 1 } },
    ],
    [
      'a new one, whatever else is filled in',
      { documentAction: 'create', data: '{ "n": 1 }', query: '{' },
      { ...asked, action: 'create', data: { n: 1 } },
    ],
    [
      'an update',
      { documentAction: 'update', which: 'id', id: 'o1', data: '{}' },
      { ...asked, action: 'update', id: 'o1', data: {} },
    ],
    [
      'a deletion',
      { documentAction: 'delete', which: 'id', id: 'o1', data: '{' },
      { ...asked, action: 'delete', id: 'o1' },
    ],
  ] as const) {
    test(what, () => assert.deepEqual(documents(fields), { body, faults: {} }))
  }

  test('text that is not a JSON object is reported at its field', () => {
    assert.equal(documents({ query: '{ "a" }' }).faults.query?.kind, 'json')
    assert.equal(documents({ query: '[1]' }).faults.query?.kind, 'object')
    assert.equal(documents({ documentAction: 'create', data: '"x"' }).faults.data?.kind, 'object')
    assert.equal(
      documents({ which: 'id', id: 'a', storedDocument: 'other', document: 'x' }).faults.document?.kind,
      'json',
    )
    assert.equal(documents({ query: 'null' }).body, undefined)
    assert.equal(documents({ which: 'id' }).body, undefined)
  })
})

test('a call of a function needs its name and a caller, and nobody owns it', () => {
  const asked = (fields: Partial<Fields>) => questionOf({ ...EMPTY, ...fields }, { functions: true }).body
  assert.deepEqual(asked({ who: 'nobody', functionName: 'pay' }), {
    functions: true,
    as: null,
    action: 'invoke',
    name: 'pay',
  })
  assert.equal(asked({ functionName: '' }), undefined)
  assert.equal(asked({ customId: '' }), undefined)
  assert.equal(ownerOf(EMPTY, { functions: true }), undefined)
})
