/** Rules in the admin API: the simulator decides like real requests; denials can be viewed and replayed. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type ConsoleApi, consoleApi } from './support/console-api.ts'
import { openRuleStage, type RuleStage, type UserName } from './support/rule-cases.ts'
import type { Database } from './support/sdk.ts'
import { cloudstead } from './support/server.ts'
import { act } from './support/wire.ts'

const FILE_REFUSED = 'STORAGE_EXCEED_AUTHORITY'
const DOCUMENT_REFUSED = 'DATABASE_PERMISSION_DENIED'

const OWN = 'auth != null && resource.openid == auth.openid'
const FILE_RULES = [
  'READONLY',
  'PRIVATE',
  'ADMINWRITE',
  'ADMINONLY',
  { read: OWN, write: OWN },
  {
    read: "auth != null && auth.loginType != 'ANONYMOUS'",
    write: `${OWN} && (resource.size == null || resource.size < 50)`,
  },
  { read: '/^public\\//.test(resource.path)', write: 'resource.size == null || resource.size > 50' },
]

const MINE = 'auth != null && doc._openid == auth.openid'
const DOCUMENT_RULES = [
  'READONLY',
  'PRIVATE',
  'ADMINWRITE',
  'ADMINONLY',
  { read: MINE, create: 'auth != null', write: MINE },
  {
    read: `doc.public == true || (${MINE})`,
    create: 'request.data.total > 0',
    update: `${MINE} && request.data.total == null`,
  },
  {
    read: "get('database.teams.red').members != null && auth.openid in get('database.teams.red').members",
    write: false,
  },
]

type Who = UserName | 'nobody'
const PEOPLE: readonly Who[] = ['alice', 'bobby', 'wendy', 'guest', 'nobody']

let stage: RuleStage
let api: ConsoleApi
/** The users in the form of the admin API. */
const persons = new Map<Who, object | null>([['nobody', null]])

before(async () => {
  stage = await openRuleStage({
    database: { collections: { orders: { acl: 'ADMINONLY' }, teams: { acl: 'ADMINONLY' } } },
  })
  api = consoleApi(stage.server, await stage.server.apiKey())
  for (const [name, { uid }] of Object.entries(stage.users)) {
    const { user } = await api.call('GET', `/users/${encodeURIComponent(uid)}`)
    const { loginType, customUserId, wechat } = user
    persons.set(name as UserName, {
      uid,
      loginType,
      ...(customUserId === undefined ? {} : { customUserId }),
      ...(wechat === undefined ? {} : { openid: wechat.openid }),
    })
  }
})
after(() => stage?.close())

const simulate = (body: object) => api.call('POST', '/rules/simulate', body)
const isRefused = (code: string | undefined, refusal: string): boolean => {
  assert.ok(code === undefined || code === refusal || code === 'STORAGE_FILE_NONEXIST', code)
  return code === refusal
}

const ACTIONS = ['read', 'upload', 'delete'] as const
type FileAction = (typeof ACTIONS)[number]

describe('files: the simulator decides like the server for the SDKs', () => {
  const FOLDERS = ['users/{alice}/', 'users/{wendy}/', 'temp/', 'public/']
  const OPEN = { storage: { acl: { read: true, write: true } } }

  /** Separate files for every action. */
  const rows = FILE_RULES.map((_, at) =>
    FOLDERS.flatMap((folder) =>
      PEOPLE.flatMap((who) => ACTIONS.map((action) => ({ who, action, name: `${folder}${at}-${who}-${action}.txt` }))),
    ),
  )

  before(async () => {
    await stage.configure(OPEN)
    const stored = rows.flat().filter(({ action }) => action !== 'upload')
    // Outside of users/ they belong to bobby.
    await Promise.all(stored.map(({ name }) => stage.users.bobby.upload(stage.fill(name), Buffer.alloc(40, 'x'))))
  })

  async function meet(who: Who, action: FileAction, path: string): Promise<boolean> {
    const fileID = `cloud://${stage.server.env}/${path}`
    if (who === 'nobody') return isRefused(await askAsNobody(action, path, fileID), FILE_REFUSED)
    const { app, upload } = stage.users[who]
    if (action === 'upload') return uploadRefused(upload(path, Buffer.alloc(60, 'y')))
    const fileList = [fileID]
    const answer = action === 'read' ? await app.getTempFileURL({ fileList }) : await app.deleteFile({ fileList })
    return isRefused(itemCode(answer.fileList[0]), FILE_REFUSED)
  }

  /** The SDK wraps the server's message differently for each of the two requests. */
  async function uploadRefused(upload: Promise<unknown>): Promise<boolean> {
    try {
      await upload
      return false
    } catch (error) {
      assert.ok(String(error).includes(FILE_REFUSED), String(error))
      return true
    }
  }

  /** The SDK sends nothing without a login. */
  async function askAsNobody(action: FileAction, path: string, fileID: string): Promise<string | undefined> {
    const ask = (name: string, params: object) => act(stage.server, undefined, `storage.${name}`, params)
    if (action === 'upload') return (await ask('getUploadMetadata', { path })).code
    if (action === 'read')
      return itemCode((await ask('batchGetDownloadUrl', { file_list: [fileID] })).data.download_list[0])
    return itemCode((await ask('batchDeleteFile', { fileid_list: [fileID] })).data.delete_list[0])
  }

  for (const [at, acl] of FILE_RULES.entries()) {
    it(JSON.stringify(acl), async () => {
      const edited = new Map<string, object>()
      const ask = (who: Who, action: FileAction, path: string, text?: string) =>
        simulate({
          as: persons.get(who),
          action: action === 'read' ? 'read' : 'write',
          path,
          ...(text === undefined ? {} : { text }),
          // Without a login there is only the ticket request.
          ...(action === 'upload' && who !== 'nobody' ? { size: 60 } : {}),
        })
      const mine = (rows[at] ?? []).map(({ name, ...row }) => ({ ...row, path: stage.fill(name) }))
      await stage.configure(OPEN)
      for (const { who, action, path } of mine) edited.set(path, await ask(who, action, path, JSON.stringify(acl)))
      await stage.configure({ storage: { acl } })
      const refusals = new Set<boolean>()
      for (const { who, action, path } of mine) {
        const held = await ask(who, action, path)
        assert.deepEqual(edited.get(path), held)
        const refused = await meet(who, action, path)
        assert.equal(held.allowed, !refused, `${who} ${action} ${path}: ${held.reason.en}`)
        refusals.add(refused)
      }
      assert.ok(refusals.has(true))
    })
  }
})

describe('documents: the simulator decides like the server for the SDKs', () => {
  const DOCUMENTS = ['alice', '{wendy}', 'nobody-here'].map((_openid, at) => ({
    _id: `d${at}`,
    _openid,
    total: at,
    public: at === 2,
  }))
  /** An action with the SDK, and its body for the simulator. */
  const REQUESTS: readonly (readonly [name: string, asked: object, run: (orders: Orders) => Promise<Done>])[] = [
    ['read one', { action: 'read', id: 'd0' }, (orders) => orders.doc('d0').get()],
    ['read a public one', { action: 'read', id: 'd2' }, (orders) => orders.doc('d2').get()],
    [
      'find own',
      { action: 'read', query: { _openid: '{openid}' } },
      (orders) => orders.where({ _openid: '{openid}' }).get(),
    ],
    ['find public ones', { action: 'read', query: { public: true } }, (orders) => orders.where({ public: true }).get()],
    ['find all', { action: 'read' }, (orders) => orders.get()],
    ['add', { action: 'create', data: { total: 1 } }, (orders) => orders.add({ total: 1 })],
    ['add without a total', { action: 'create', data: { n: 1 } }, (orders) => orders.add({ n: 1 })],
    ['update one', { action: 'update', id: 'd1', data: { n: 1 } }, (orders) => orders.doc('d1').update({ n: 1 })],
    [
      'update a total',
      { action: 'update', id: 'd0', data: { total: 9 } },
      (orders) => orders.doc('d0').update({ total: 9 }),
    ],
    [
      'update own',
      { action: 'update', query: { _openid: '{openid}' }, data: { n: 2 } },
      (orders) => orders.where({ _openid: '{openid}' }).update({ n: 2 }),
    ],
    ['update all', { action: 'update', query: {}, data: { n: 3 } }, (orders) => orders.where({}).update({ n: 3 })],
    ['remove one', { action: 'delete', id: 'd0' }, (orders) => orders.doc('d0').remove()],
  ]
  type Orders = ReturnType<Database['collection']>
  interface Done {
    readonly code?: string
    readonly data?: unknown
    readonly updated?: number
    readonly deleted?: number
  }

  const admin = () => stage.admin.database() as unknown as Database

  before(async () => {
    await stage.configure({ database: { collections: { orders: { acl: 'ADMINONLY' }, teams: { acl: 'ADMINONLY' } } } })
    const members = ['alice', stage.users.guest.uid]
    await admin().collection('teams').add({ _id: 'red', members })
  })

  for (const acl of DOCUMENT_RULES) {
    it(JSON.stringify(acl), async () => {
      await stage.configure({ database: { collections: { orders: { acl }, teams: { acl: 'ADMINONLY' } } } })
      const outcomes = new Set<boolean>()
      for (const who of ['alice', 'bobby', 'wendy', 'guest'] as const) {
        for (const [name, asked, run] of REQUESTS) {
          const orders = admin().collection('orders')
          await orders.where({}).remove()
          await orders.add(JSON.parse(stage.fill(JSON.stringify(DOCUMENTS))))
          const { allowed, reason } = await simulate({ collection: 'orders', as: persons.get(who), ...asked })
          const done = await run(stage.users[who].app.database().collection('orders'))
          const refused = isRefused(done.code, DOCUMENT_REFUSED)
          // A preset filters, so a single document is simply not found.
          const missed = !refused && typeof acl === 'string' && 'id' in asked && countOf(done) === 0
          assert.equal(allowed, !refused && !missed, `${who}: ${name}: ${reason.en}`)
          outcomes.add(allowed)
        }
      }
      assert.ok(acl === 'ADMINONLY' ? !outcomes.has(true) : outcomes.size === 2)
    })
  }

  const countOf = ({ data, updated, deleted }: Done) => (Array.isArray(data) ? data.length : (updated ?? deleted))
})

describe('denials', () => {
  const RECIPE = { read: OWN, write: OWN }
  const list = (query: Record<string, string> = {}) => api.call('GET', `/denials?${new URLSearchParams(query)}`)
  let fileID: string
  const deny = async (name: UserName = 'bobby'): Promise<string> => {
    const { requestId, fileList } = await stage.users[name].app.getTempFileURL({ fileList: [fileID] })
    assert.equal(fileList[0]?.code, FILE_REFUSED)
    return requestId ?? assert.fail('no request id')
  }

  before(async () => {
    await stage.configure({ storage: { acl: RECIPE } })
    fileID = await stage.users.alice.upload('users/alice/denied.txt', Buffer.alloc(9, 'x'))
  })

  it('are listed with the request id of the SDK, the user, the reason and a case', async () => {
    const requestId = await deny()
    const { items } = await list({ search: requestId })
    assert.equal(items.length, 1)
    const [{ id, at, explanation, ...denial }] = items
    assert.ok(Math.abs(Date.now() - at) < 60_000 && typeof id === 'string')
    assert.deepEqual(denial, {
      requestId,
      count: 1,
      code: FILE_REFUSED,
      caller: persons.get('bobby'),
      reason:
        'read users/alice/denied.txt: the rule "read": resource.openid == auth.openid is false: "alice" is not the caller ("bobby")',
      case: {
        as: persons.get('bobby'),
        action: 'read',
        file: 'users/alice/denied.txt',
        stored: { creator: ['alice'], size: 9 },
        expect: 'denied',
      },
    })
    assert.equal(explanation.tree.source, OWN)
  })

  it('count repetitions under the same id, and can be read since a time', async () => {
    await deny('wendy')
    const [first] = (await list()).items
    const repeated = await deny('wendy')
    const { items } = await list({ since: String(first.at - 1) })
    const [again] = items
    assert.deepEqual([again.id, again.count, again.requestId], [first.id, first.count + 1, repeated])
    assert.deepEqual((await list({ since: String(Date.now() + 60_000) })).items, [])
  })

  it('are filtered and paged', async () => {
    await stage.configure({ storage: { acl: RECIPE }, database: { collections: { orders: { acl: { read: false } } } } })
    const { code } = (await stage.users.alice.app.database().collection('orders').get()) as { code?: string }
    assert.equal(code, DOCUMENT_REFUSED)
    const about = (await list({ about: 'database', limit: '1' })).items
    assert.deepEqual(
      about.map(({ collection, reason }: { collection: string; reason: string }) => [collection, reason]),
      [['orders', 'read orders: the rule "read" is false']],
    )
    const files = (await list({ about: 'storage', limit: '1000' })).items
    assert.ok(files.length > 0 && files.every(({ collection }: { collection?: string }) => collection === undefined))
    const met: string[] = []
    let after: string | undefined
    do {
      const page = await list({ about: 'storage', limit: '7', ...(after === undefined ? {} : { after }) })
      met.push(...page.items.map(({ id }: { id: string }) => id))
      after = page.next
    } while (after !== undefined)
    assert.deepEqual(
      met,
      files.map(({ id }: { id: string }) => id),
    )
  })

  it('are decided again by edited rules, and their cases by the command line', async (t) => {
    const requestId = await deny()
    const [denial] = (await list({ search: requestId })).items
    const replay = (text: string) => api.call('POST', '/rules/replay', { text, case: denial.case })
    const same = await replay(JSON.stringify(RECIPE))
    assert.deepEqual([same.allowed, same.explanation], [false, denial.explanation])
    const edited = { read: "resource.openid == auth.openid || auth.openid in ['bobby']" }
    const other = await replay(JSON.stringify(edited))
    assert.deepEqual([other.allowed, other.reason.zh], [true, '由规则 "read" 允许'])
    assert.equal(other.case.expect, 'allowed')
    // Nothing was saved.
    await deny()

    const folder = await mkdtemp(join(tmpdir(), 'cloudstead-replay-'))
    t.after(() => rm(folder, { recursive: true }))
    const rules = join(folder, 'rules.json')
    const cases = join(folder, 'cases.json')
    await writeFile(rules, JSON.stringify({ storage: { acl: RECIPE } }))
    await writeFile(cases, JSON.stringify({ cases: [denial.case] }))
    assert.equal((await cloudstead('rules', 'test', cases, '--rules', rules)).code, 0)
    await writeFile(rules, JSON.stringify({ storage: { acl: edited } }))
    assert.equal((await cloudstead('rules', 'test', cases, '--rules', rules)).code, 1)
  })
})

describe('edited rules', () => {
  it('are checked, with the place of each finding', async () => {
    const text = '{\n  "read": "auth != null",\n  "write": "auth.opnid == resource.openid" // mine\n}'
    const { valid, findings } = await api.call('POST', '/rules/check', { text })
    assert.equal(valid, true)
    const of = (code: string) => findings.find((finding: { code: string }) => finding.code === code)
    const slip = of('unknown-member')
    assert.equal(text.slice(slip.from, slip.to), 'auth.opnid')
    assert.match(slip.message.zh, /auth\.openid/)
    assert.equal(of('anonymous-passes').key, 'read')
    const broken = await api.call('POST', '/rules/check', { text: '{ "read": "auth ==" }', collection: 'orders' })
    assert.deepEqual([broken.valid, broken.findings[0].severity], [false, 'error'])
  })

  it('change nothing when they are tried', async () => {
    await stage.configure({ storage: { acl: 'ADMINONLY' } })
    const asked = { as: persons.get('alice'), action: 'read', path: 'users/alice/denied.txt' }
    assert.equal((await simulate({ ...asked, text: '{ "read": true }' })).allowed, true)
    assert.equal((await simulate(asked)).allowed, false)
    assert.equal((await stage.users.alice.urlOf(`cloud://${stage.server.env}/${asked.path}`)).code, FILE_REFUSED)
  })

  const as = null
  const file = { as, action: 'read', path: 'a.txt' }
  const REFUSED: readonly (readonly [what: string, path: string, body: unknown, code: string, status: number])[] = [
    ['without a body', '/rules/simulate', undefined, 'INVALID_PARAM', 400],
    ['that nobody asks', '/rules/simulate', { action: 'read', path: 'a.txt' }, 'INVALID_PARAM', 400],
    ['of nothing', '/rules/simulate', { as, action: 'read' }, 'INVALID_PARAM', 400],
    ['with an invalid name', '/rules/simulate', { ...file, path: '../a' }, 'INVALID_FILE_NAME', 400],
    ['of both', '/rules/simulate', { ...file, collection: 'orders' }, 'INVALID_PARAM', 400],
    [
      'of no collection',
      '/rules/simulate',
      { as, action: 'read', collection: 'none' },
      'DATABASE_COLLECTION_NOT_EXIST',
      404,
    ],
    ['with rules that do not parse', '/rules/simulate', { ...file, text: '{ "read": "a +" }' }, 'INVALID_PARAM', 400],
    ['with rules of 100 kB', '/rules/simulate', { ...file, text: `"${'x'.repeat(100_001)}"` }, 'INVALID_PARAM', 400],
    ['with an unknown member', '/rules/simulate', { ...file, expect: 'allowed' }, 'INVALID_PARAM', 400],
    ['with an invalid case', '/rules/replay', { text: '"PRIVATE"', case: {} }, 'INVALID_PARAM', 400],
    [
      'with a case about something else',
      '/rules/replay',
      { text: '"PRIVATE"', collection: 'orders', case: { as, action: 'read', file: 'a', expect: 'denied' } },
      'INVALID_PARAM',
      400,
    ],
  ]
  for (const [what, path, body, code, status] of REFUSED) {
    it(`a question ${what} is refused`, async () => {
      const answer = await api.ask('POST', path, body)
      assert.deepEqual([answer.status, answer.body.code], [status, code], answer.text)
    })
  }

  it('and denials need a key', async () => {
    const stranger = consoleApi(stage.server)
    for (const [method, path, body] of [
      ['POST', '/rules/check', { text: '"PRIVATE"' }],
      ['POST', '/rules/simulate', file],
      ['POST', '/rules/replay', { text: '"PRIVATE"', case: {} }],
      ['GET', '/denials', undefined],
    ] as const) {
      const answer = await stranger.ask(method, path, body)
      assert.deepEqual([answer.status, answer.body.code], [401, 'CONSOLE_SIGN_IN_REQUIRED'])
    }
  })

  it('a page after an invalid cursor is refused', async () => {
    for (const query of ['after=x', 'limit=0', 'limit=1001', 'about=files', 'since=x']) {
      assert.equal((await api.ask('GET', `/denials?${query}`)).body.code, 'INVALID_PARAM', query)
    }
  })
})

function itemCode(item: { readonly code?: string | undefined } | undefined): string | undefined {
  return item?.code === 'SUCCESS' ? undefined : item?.code
}
