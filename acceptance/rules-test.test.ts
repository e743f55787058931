/** `cloudstead rules test` decides like the server, and denials of the server can be pasted as cases. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openStage, type Stage } from './support/databases.ts'
import type { Command, Query } from './support/sdk.ts'
import { cloudstead, type RunningServer } from './support/server.ts'
import { until } from './support/until.ts'
import { createUser, type User } from './support/users.ts'
import { act, fileIdOf, temporaryUrl } from './support/wire.ts'

const OWN = 'auth != null && resource.openid == auth.openid'
const CONFIGURATION = {
  storage: {
    acl: {
      read: `${OWN} || /^public\\//.test(resource.path)`,
      write: `${OWN} && (resource.size == null || resource.size != 3)`,
    },
  },
  database: {
    collections: {
      secrets: { acl: 'PRIVATE' },
      news: { acl: 'READONLY' },
      fixed: { acl: 'ADMINWRITE' },
      teams: { acl: 'ADMINONLY' },
      orders: {
        acl: {
          read: 'doc._openid == auth.openid || doc.public == true',
          create: "auth.loginType != 'ANONYMOUS' && doc._openid == auth.openid && request.data.total > 0",
          update: 'doc._openid == auth.openid && request.data.total == null',
          delete: 'doc.until < now',
        },
      },
      tasks: {
        acl: { read: `get(\`database.teams.\${doc.team}\`).owner == auth.openid`, write: 'auth.openid in doc.members' },
      },
    },
  },
}

type Person = 'alice' | 'bob' | 'guest' | null
type Values = Readonly<Record<string, unknown>>

/** The members of a case, and the query for the SDK if it cannot be written in JSON. */
interface Row {
  readonly as: Person
  readonly action: string
  readonly file?: string
  readonly size?: number
  readonly collection?: string
  readonly doc?: string
  readonly where?: Values
  readonly data?: Values
  readonly expect: 'allowed' | 'denied'
}
type ToQuery = (command: Command) => object
type Asked = readonly [row: Row, query?: ToQuery]

const row = (as: Person, action: string, collection: string, expect: Row['expect'], more: Partial<Row>): Row => ({
  as,
  action,
  collection,
  expect,
  ...more,
})
const file = (as: Person, action: string, path: string, expect: Row['expect'], size?: number): Asked => [
  { as, action, file: path, expect, ...(size === undefined ? {} : { size }) },
]

const MINE = { _openid: '{openid}' }

const ASKED: readonly Asked[] = [
  file('alice', 'read', 'users/alice/a.txt', 'allowed'),
  file('bob', 'read', 'users/alice/a.txt', 'denied'),
  file(null, 'read', 'users/alice/a.txt', 'denied'),
  file('guest', 'read', 'public/a.txt', 'allowed'),
  file('alice', 'upload', 'users/alice/b.txt', 'allowed', 2),
  file('alice', 'upload', 'users/alice/c.txt', 'denied', 3),
  file('bob', 'upload', 'users/alice/d.txt', 'denied', 2),
  file('guest', 'upload', 'temp/d.txt', 'denied', 2),
  file('alice', 'overwrite', 'users/alice/a.txt', 'allowed', 4),
  file('bob', 'delete', 'users/alice/a.txt', 'denied'),
  file('alice', 'delete', 'users/alice/b2.txt', 'allowed'),

  [row('bob', 'read', 'secrets', 'allowed', { where: {} })],
  [row(null, 'read', 'secrets', 'denied', { where: {} })],
  [row('alice', 'read', 'secrets', 'allowed', { doc: 's1' })],
  [row('bob', 'read', 'secrets', 'denied', { doc: 's1' })],
  [row('bob', 'read', 'secrets', 'denied', { doc: 'none' })],
  [row('guest', 'read', 'news', 'allowed', { doc: 'n1' })],
  [row('guest', 'create', 'news', 'allowed', { data: { text: 'hi' } })],
  [row(null, 'create', 'news', 'denied', { data: { text: 'hi' } })],
  [row('alice', 'update', 'news', 'allowed', { doc: 'n1', data: { text: 'new' } })],
  [row('bob', 'update', 'news', 'denied', { doc: 'n1', data: { text: 'stolen' } })],
  [row('bob', 'set', 'news', 'denied', { doc: 'n1', data: { text: 'stolen' } })],
  [row('alice', 'create', 'fixed', 'denied', { data: {} })],
  [row('alice', 'read', 'teams', 'denied', { where: {} })],

  [row('alice', 'read', 'orders', 'allowed', { where: MINE })],
  [row('bob', 'read', 'orders', 'allowed', { where: { _openid: '{uid}' } })],
  [row('alice', 'read', 'orders', 'allowed', { where: { public: true } })],
  [row('alice', 'read', 'orders', 'denied', { where: {} })],
  [row(null, 'read', 'orders', 'denied', { where: MINE })],
  [
    row('alice', 'read', 'orders', 'allowed', { where: { $or: [MINE, { public: true }] } }),
    (command) => command.or(MINE as never, { public: true } as never),
  ],
  [row('alice', 'read', 'orders', 'denied', { where: { total: { $gt: 1 } } }), (command) => ({ total: command.gt(1) })],
  [row('alice', 'read', 'orders', 'allowed', { doc: 'o1' })],
  [row('bob', 'read', 'orders', 'denied', { doc: 'o1' })],
  [row('bob', 'read', 'orders', 'allowed', { doc: 'o2' })],
  [row('alice', 'read', 'orders', 'denied', { doc: 'none' })],
  [row('bob', 'read', 'orders', 'denied', { where: { _id: 'o1', total: 3 } })],
  [row('alice', 'create', 'orders', 'allowed', { data: { total: 2 } })],
  [row('alice', 'create', 'orders', 'denied', { data: { total: 0 } })],
  [row('guest', 'create', 'orders', 'denied', { data: { total: 2 } })],
  [row('alice', 'create', 'orders', 'denied', { data: { total: 2, _openid: 'alice' } })],
  [row('alice', 'update', 'orders', 'allowed', { doc: 'o1', data: { status: 'paid' } })],
  [row('alice', 'update', 'orders', 'denied', { doc: 'o1', data: { total: 1 } })],
  [row('bob', 'update', 'orders', 'denied', { doc: 'o1', data: { status: 'lost' } })],
  [row('alice', 'update', 'orders', 'allowed', { where: MINE, data: { a: { b: 1 } } })],
  [row('alice', 'set', 'orders', 'denied', { doc: 'o1', data: { status: 'x' } })],
  [row('alice', 'set', 'orders', 'allowed', { doc: 'o3', data: { status: 'x' } })],
  [row('alice', 'set', 'orders', 'allowed', { doc: 'new', data: { total: 9 } })],
  [row('alice', 'set', 'orders', 'denied', { doc: 'newer', data: { total: 0 } })],
  [row('bob', 'delete', 'orders', 'denied', { doc: 'o1' })],
  [row('bob', 'delete', 'orders', 'allowed', { doc: 'old' })],

  [row('alice', 'read', 'tasks', 'allowed', { where: { team: 't1' } })],
  [row('bob', 'read', 'tasks', 'denied', { where: { team: 't1' } })],
  [row('alice', 'read', 'tasks', 'denied', { where: { name: 'x' } })],
  [row('bob', 'read', 'tasks', 'denied', { doc: 'x' })],
  [row('alice', 'update', 'tasks', 'allowed', { doc: 'x', data: { done: true } })],
  [row('bob', 'update', 'tasks', 'denied', { doc: 'x', data: { done: false } })],
]

const DOCUMENTS: Readonly<Record<string, readonly Values[]>> = {
  secrets: [{ _id: 's1', _openid: 'alice' }],
  news: [{ _id: 'n1', _openid: 'alice', text: 'old' }],
  teams: [{ _id: 't1', owner: 'alice' }],
  orders: [
    { _id: 'o1', _openid: 'alice', total: 3 },
    { _id: 'o2', _openid: 'alice', public: true },
    { _id: 'o3', _openid: 'alice', status: 'new' },
    { _id: 'old', _openid: 'alice', until: 1000 },
  ],
  tasks: [{ _id: 'x', team: 't1', members: ['alice'] }],
}

async function decidedForNobody(server: RunningServer, { file: path, action, ...asked }: Row): Promise<Row['expect']> {
  if (path !== undefined) return verdict(await temporaryUrl(server, undefined, path))
  const { collection: collectionName, where: query, data } = asked
  const name = action === 'create' ? 'database.addDocument' : 'database.queryDocument'
  return verdict(await act(server, undefined, name, { collectionName, ...(query && { query }), ...(data && { data }) }))
}

async function ofFile(server: RunningServer, { app, phone }: User, path: string, { action, size = 0 }: Row) {
  const fileID = fileIdOf(server, path)
  if (action === 'read') return verdict((await app.getTempFileURL({ fileList: [fileID] })).fileList[0])
  if (action === 'delete') return verdict((await app.deleteFile({ fileList: [fileID] })).fileList[0])
  const filePath = phone.device.files.add('a.txt', Buffer.alloc(size, 'x'))
  try {
    await app.uploadFile({ cloudPath: path, filePath })
    return 'allowed'
  } catch (error) {
    // A refusal of the bytes is XML, like that of the object store.
    assert.match(String(error), /EXCEED_AUTHORITY|403/)
    return 'denied'
  }
}

async function ofDocuments({ app }: User, { action, ...asked }: Row, query?: ToQuery): Promise<Row['expect']> {
  const database = app.database()
  const collection = database.collection(asked.collection ?? '')
  const { data = {}, where = {}, doc } = asked
  if (action === 'create') return verdict(await collection.add(data))
  if (action === 'set') {
    const done = await collection.doc(doc ?? '').set(data)
    return verdict(done, () => done.updated > 0 || done.upsertedId !== undefined)
  }
  // A preset denies a document by not finding it.
  const one = doc !== undefined
  const found: Pick<Query, 'get' | 'update' | 'remove'> = one
    ? collection.doc(doc)
    : collection.where(query === undefined ? where : query(database.command))
  if (action === 'read') return found.get().then((done) => verdict(done, () => !one || done.data.length > 0))
  if (action === 'update') return found.update(data).then((done) => verdict(done, () => !one || done.updated > 0))
  return found.remove().then((done) => verdict(done, () => !one || done.deleted > 0))
}

function verdict(answer: { readonly code?: unknown } | undefined, did = () => true): Row['expect'] {
  const { code } = answer ?? {}
  // Callers that may read learn that the file does not exist.
  const refused = code !== undefined && code !== 'SUCCESS' && code !== 'STORAGE_FILE_NONEXIST'
  if (refused && !/PERMISSION_DENIED|EXCEED_AUTHORITY/.test(String(code))) throw new Error(`answered ${String(code)}`)
  return refused || !did() ? 'denied' : 'allowed'
}

describe('rules test and the server', () => {
  let stage: Stage
  let dir: string
  const users = new Map<Person, User>()

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cloudstead-rules-test-'))
    await writeFile(join(dir, 'cloudstead.config.json'), JSON.stringify(CONFIGURATION))
    // `dev`, so that WeChat logins work without WeChat.
    stage = await openStage({ mode: 'dev', config: CONFIGURATION })
    const { server, loginKey, admin } = stage
    users.set('alice', await createUser(server, { key: loginKey, id: 'alice' }))
    users.set('bob', await createUser(server, { code: 'dev:bob' }))
    users.set('guest', await createUser(server, 'anonymous'))
    for (const path of ['users/alice/a.txt', 'users/alice/b2.txt']) {
      await users.get('alice')?.upload(path, Buffer.from('mine'))
    }
    for (const [collection, documents] of Object.entries(DOCUMENTS)) {
      for (const document of documents) await admin.collection(collection).add(document)
    }
  })
  after(async () => {
    for (const { phone } of users.values()) phone.dispose()
    await stage?.close()
    await rm(dir, { recursive: true })
  })

  /** The decision of the server, through the SDK of the caller; without a login the SDK sends nothing. */
  function decided(asked: Row, query?: ToQuery): Promise<Row['expect']> {
    const user = users.get(asked.as)
    if (user === undefined) return decidedForNobody(stage.server, asked)
    const { file: path } = asked
    return path === undefined ? ofDocuments(user, asked, query) : ofFile(stage.server, user, path, asked)
  }

  async function rulesTest(cases: object): Promise<Awaited<ReturnType<typeof cloudstead>>> {
    const path = join(dir, 'cases.json')
    await writeFile(path, JSON.stringify(cases, null, 2))
    return cloudstead('rules', 'test', path, '--coverage', '--junit', join(dir, 'out.xml'))
  }

  it(`decide the same in ${ASKED.length} cases`, async () => {
    const wrong: string[] = []
    for (const [asked, query] of ASKED) {
      const server = await decided(asked, query)
      if (server !== asked.expect) wrong.push(`${server}: ${JSON.stringify(asked)}`)
    }
    assert.deepEqual(wrong, [])
    const named = [...users].map(([name, { uid, openid }]) => {
      if (name === 'guest') return [name, { uid, anonymous: true }]
      return [name, name === 'alice' ? { uid, customUserId: openid } : { uid, openid }]
    })
    const { stdout, stderr, code } = await rulesTest({
      users: Object.fromEntries(named),
      files: {
        'users/alice/a.txt': { by: 'alice', size: 4 },
        'users/alice/b2.txt': { by: 'alice', size: 4 },
      },
      documents: DOCUMENTS,
      cases: ASKED.map(([asked]) => asked),
    })
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, new RegExp(`: ${ASKED.length} cases, ${ASKED.length} as expected, 0 not\ncoverage: \\d+%`))
    assert.match(await readFile(join(dir, 'out.xml'), 'utf8'), new RegExp(`tests="${ASKED.length}" failures="0"`))
  })

  it('agree on denials, each pasted unchanged from the log', async () => {
    const { server } = stage
    // The last row of the table.
    await until('the last denial', server.log, (log) => log.includes('"data":{"$set":{"done":false}}'))
    const pasted = [...server.log().matchAll(/as a test case: (.*)$/gm)].map(([, text = '']) => text)
    assert.ok(pasted.length > 20, `${pasted.length} denials`)
    const { stdout, stderr, code } = await rulesTest({ cases: pasted.map((text) => JSON.parse(text) as unknown) })
    assert.equal(code, 0, stdout + stderr)
    const turned = pasted.map((text) => ({ ...(JSON.parse(text) as object), expect: 'allowed' }))
    assert.match((await rulesTest({ cases: turned })).stdout, new RegExp(`: ${turned.length} cases, 0 as expected`))
  })
})

describe('the exit code', () => {
  it('is 1 if a case is decided differently, and the report names it', async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'cloudstead-rules-test-'))
    t.after(() => rm(dir, { recursive: true }))
    const cases = join(dir, 'cases.json')
    await writeFile(join(dir, 'my.json'), '{ "storage": { "acl": "PRIVATE" } } // all')
    await writeFile(cases, '{ "cases": [{ "as": null, "action": "read", "file": "a", "expect": "allowed" }] }')
    const { stdout, code } = await cloudstead('rules', 'test', cases, '--rules', join(dir, 'my.json'), '--json')
    const report = JSON.parse(stdout) as { failed: number; cases: { explanation: string }[] }
    assert.deepEqual([code, report.failed], [1, 1])
    assert.match(report.cases[0]?.explanation ?? '', /PRIVATE lets only the owner read: nobody is logged in/)
  })
})
