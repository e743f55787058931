import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkDatabaseRules, checkFunctionRules, checkStorageRules, compileFunctionRules } from '@cloudstead/rules'
import { testRules } from '@cloudstead/rules/testing'
import { DATABASE_TEMPLATES, FUNCTION_TEMPLATES, STORAGE_TEMPLATES } from './templates.ts'

const USERS = {
  alice: { customUserId: 'alice' },
  eve: { customUserId: 'eve' },
  mia: { uid: 'uid-of-mia', customUserId: 'mia-1' },
  guest: { uid: 'g1', anonymous: true },
}
type Name = keyof typeof USERS

/** For each template: who may do what to which file, and who may not. */
const FILES: Readonly<
  Record<string, readonly (readonly [who: Name, action: 'read' | 'upload', path: string, may: boolean])[]>
> = {
  own: [
    ['alice', 'upload', 'users/alice/a.jpg', true],
    ['alice', 'read', 'users/alice/a.jpg', true],
    ['eve', 'read', 'users/alice/a.jpg', false],
    ['alice', 'upload', 'temp/x.jpg', false],
  ],
  'members-read': [
    ['eve', 'read', 'users/alice/a.jpg', true],
    ['guest', 'read', 'users/alice/a.jpg', false],
    ['eve', 'upload', 'users/alice/a.jpg', false],
    ['alice', 'upload', 'users/alice/a.jpg', true],
  ],
  'public-folder': [
    ['guest', 'read', 'public/a.jpg', true],
    ['alice', 'upload', 'public/a.jpg', false],
    ['eve', 'read', 'users/alice/a.jpg', false],
    ['alice', 'read', 'users/alice/a.jpg', true],
  ],
  moderators: [
    ['guest', 'read', 'users/alice/a.jpg', true],
    ['mia', 'upload', 'users/alice/a.jpg', true],
    ['eve', 'upload', 'users/alice/a.jpg', false],
  ],
  team: [
    ['alice', 'upload', 'teams/red/a.jpg', true],
    ['eve', 'read', 'teams/red/a.jpg', false],
    ['eve', 'upload', 'users/eve/a.jpg', true],
  ],
  pictures: [
    ['alice', 'upload', 'users/alice/a.PNG', true],
    ['alice', 'upload', 'users/alice/a.exe', false],
    ['eve', 'upload', 'users/alice/a.png', false],
  ],
}

describe('templates for files', () => {
  for (const { id, text, title, description } of STORAGE_TEMPLATES) {
    test(`${id} is valid and works as described`, () => {
      const acl: unknown = JSON.parse(text)
      const faults = checkStorageRules(acl, { resourceOpenid: 'path' }).filter(({ severity }) => severity === 'error')
      assert.deepEqual(faults, [])
      assert.ok([title.en, title.zh, description.en, description.zh].every((words) => words !== ''))
      const rules = testRules({ storage: { acl } }, { users: USERS })
      const cases = FILES[id] ?? []
      assert.ok(cases.some(([, , , may]) => may) && cases.some(([, , , may]) => !may))
      for (const [who, action, path, may] of cases) {
        const user = rules.asUser(who)
        const allowed = action === 'read' ? user.canRead(path) : user.canUpload(path, { size: 9 })
        assert.equal(allowed, may, user.explain(action, path))
      }
    })
  }

  test('pictures have a maximum size', () => {
    const acl: unknown = JSON.parse(STORAGE_TEMPLATES.find(({ id }) => id === 'pictures')?.text ?? '')
    const alice = testRules({ storage: { acl } }, { users: USERS }).asUser('alice')
    assert.ok(alice.canUpload('users/alice/a.png', { size: 10_485_760 }))
    assert.ok(!alice.canUpload('users/alice/a.png', { size: 10_485_761 }))
  })
})

const DOCUMENTS = {
  items: [
    { _id: 'a', _openid: 'alice', team: 'red', total: 3 },
    { _id: 'p', _openid: 'alice', public: true },
  ],
  teams: [{ _id: 'red', members: ['alice'] }],
  roles: [{ _id: 'mia-1', role: 'moderator' }],
}
type Ask = (as: (who: Name) => ReturnType<ReturnType<ReturnType<typeof testRules>['asUser']>['collection']>) => boolean

/** For each template: requests that it allows, and requests that it denies. */
const HOLDS: Readonly<Record<string, { readonly yes: readonly Ask[]; readonly no: readonly Ask[] }>> = {
  own: {
    yes: [
      (as) => as('alice').canRead({ doc: 'a' }),
      (as) => as('alice').canRead({ where: { _openid: '{openid}' } }),
      (as) => as('guest').canCreate({ n: 1 }),
      (as) => as('alice').canDelete({ doc: 'a' }),
    ],
    no: [
      (as) => as('eve').canRead({ doc: 'a' }),
      (as) => as('alice').canRead({ where: {} }),
      (as) => as('eve').canDelete({ doc: 'a' }),
    ],
  },
  published: {
    yes: [(as) => as('guest').canRead({ doc: 'p' }), (as) => as('guest').canRead({ where: { public: true } })],
    no: [
      (as) => as('eve').canRead({ doc: 'a' }),
      (as) => as('guest').canCreate({}),
      (as) => as('eve').canUpdate({ doc: 'p' }, { n: 1 }),
    ],
  },
  'members-read': {
    yes: [(as) => as('eve').canRead({ where: {} }), (as) => as('alice').canUpdate({ doc: 'a' }, { n: 1 })],
    no: [(as) => as('guest').canRead({ where: {} }), (as) => as('eve').canUpdate({ doc: 'a' }, { n: 1 })],
  },
  team: {
    yes: [
      (as) => as('alice').canRead({ doc: 'a' }),
      (as) => as('alice').canCreate({ team: 'red' }),
      (as) => as('alice').canDelete({ doc: 'a' }),
    ],
    no: [
      (as) => as('eve').canRead({ doc: 'a' }),
      (as) => as('eve').canCreate({ team: 'red' }),
      (as) => as('alice').canCreate({}),
    ],
  },
  moderators: {
    yes: [
      (as) => as('mia').canDelete({ doc: 'a' }),
      (as) => as('mia').canRead({ where: {} }),
      (as) => as('alice').canRead({ doc: 'a' }),
    ],
    no: [(as) => as('eve').canRead({ doc: 'a' }), (as) => as('eve').canDelete({ doc: 'a' })],
  },
  orders: {
    yes: [(as) => as('alice').canCreate({ total: 1 }), (as) => as('alice').canUpdate({ doc: 'a' }, { status: 'paid' })],
    no: [
      (as) => as('alice').canCreate({ total: 0 }),
      (as) => as('alice').canUpdate({ doc: 'a' }, { total: 1 }),
      (as) => as('alice').canDelete({ doc: 'a' }),
      (as) => as('eve').canRead({ doc: 'a' }),
    ],
  },
}

describe('templates for documents', () => {
  for (const { id, text } of DATABASE_TEMPLATES) {
    test(`${id} is valid and works as described`, () => {
      const acl: unknown = JSON.parse(text)
      const faults = checkDatabaseRules(acl, { collection: 'items' }).filter(({ severity }) => severity === 'error')
      assert.deepEqual(faults, [])
      const rules = testRules({ database: { collections: { items: { acl } } } }, { users: USERS, documents: DOCUMENTS })
      const as = (who: Name) => rules.asUser(who).collection('items')
      const { yes, no } = HOLDS[id] ?? { yes: [], no: [] }
      assert.ok(yes.length > 0 && no.length > 0)
      for (const ask of yes) assert.equal(ask(as), true, String(ask))
      for (const ask of no) assert.equal(ask(as), false, String(ask))
    })
  }
})

const CALLERS = {
  mia: { uid: 'uid-of-mia', loginType: 'WECHAT_OPEN', openid: 'mia-1' },
  alice: { uid: 'alice', loginType: 'CUSTOM', customUserId: 'alice' },
  guest: { uid: 'g1', loginType: 'ANONYMOUS' },
  nobody: null,
} as const

/** For each template: who may call which function, and who may not. */
const CALLS: Readonly<Record<string, readonly (readonly [who: keyof typeof CALLERS, name: string, may: boolean])[]>> = {
  users: [
    ['guest', 'pay', true],
    ['nobody', 'pay', false],
  ],
  members: [
    ['alice', 'pay', true],
    ['mia', 'pay', true],
    ['guest', 'pay', false],
  ],
  some: [
    ['nobody', 'getLoginTicket', true],
    ['nobody', 'pay', false],
    ['guest', 'pay', true],
    ['mia', 'report', true],
    ['alice', 'report', false],
    ['nobody', 'report', false],
  ],
}

describe('templates for functions', () => {
  for (const { id, text, title, description } of FUNCTION_TEMPLATES) {
    test(`${id} is valid and works as described`, () => {
      const raw: unknown = JSON.parse(text)
      assert.deepEqual(
        checkFunctionRules(raw).filter(({ severity }) => severity === 'error'),
        [],
      )
      assert.ok([title.en, title.zh, description.en, description.zh].every((words) => words !== ''))
      const rules = compileFunctionRules(raw)
      const cases = CALLS[id] ?? []
      assert.ok(cases.some(([, , may]) => may) && cases.some(([, , may]) => !may))
      for (const [who, name, may] of cases) {
        assert.equal(rules.evaluate(name, { auth: CALLERS[who], now: 0 }).allowed, may, `${who} ${name}`)
      }
    })
  }
})
