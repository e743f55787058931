/** Denials are explained to the operator with the request id and a test case to copy; the client learns nothing of it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { png } from './support/pictures.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { until } from './support/until.ts'
import { createUser, type User } from './support/users.ts'
import { type Answer, act, fileIdOf, newPerson, send } from './support/wire.ts'

const MODERATOR = 'openid-of-the-moderator'
const RULE = `auth != null && (resource.openid == auth.openid || auth.openid in ['${MODERATOR}'])`
const REFUSED = 'STORAGE_EXCEED_AUTHORITY'
const PICTURE = png(8, 8)

/** A denial in the log: the code, the tree without indentation, the case. */
interface Logged {
  readonly code: string
  readonly tree: readonly string[]
  readonly case: Readonly<Record<string, unknown>>
}

interface Line {
  readonly reqId?: string
  readonly code?: string
  readonly sameAs?: string
  readonly more?: number
  readonly denial?: { readonly tree: string[]; readonly case: Record<string, unknown> }
}

function linesOf(log: string): readonly Line[] {
  // The last one may be incomplete.
  const whole = log.slice(0, log.lastIndexOf('\n') + 1).split('\n')
  return whole.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line)
}

const READ: Readonly<Record<'start' | 'dev', (log: string) => readonly (Logged & { reqId: string })[]>> = {
  start: (log) =>
    linesOf(log).flatMap(({ reqId = '', code = '', denial }) =>
      denial === undefined
        ? []
        : [{ reqId, code, tree: denial.tree.map((line) => line.trimStart()), case: denial.case }],
    ),
  dev: (log) =>
    [...log.matchAll(/^\d\d:\d\d:\d\d - .*reqId=(\S+) code=(\S+).*\n((?: {4}.*\n)+?) {4}as a test case: (.*)\n/gm)].map(
      ([, reqId = '', code = '', tree = '', ruleCase = '']) => ({
        reqId,
        code,
        tree: tree
          .trimEnd()
          .split('\n')
          .map((line) => line.trimStart()),
        case: JSON.parse(ruleCase) as Record<string, unknown>,
      }),
    ),
}

for (const mode of ['start', 'dev'] as const) {
  describe(`a denial in ${mode}`, () => {
    let server: RunningServer
    let alice: User
    let bob: User
    let path: string
    let fileID: string
    let as: object
    let stored: object

    before(async () => {
      const acl = { read: RULE, write: RULE }
      server = await startServer({ mode, config: { storage: { acl } } })
      const key = await server.loginKey()
      alice = await createUser(server, { key, id: 'alice' })
      bob = await createUser(server, { key, id: 'bob1' })
      path = 'users/alice/a.png'
      fileID = await alice.upload(path, PICTURE)
      as = { uid: bob.uid, customUserId: 'bob1', loginType: 'CUSTOM' }
      // The uid of a custom login is its id.
      stored = { creator: ['alice'], size: PICTURE.length }
    })
    after(async () => {
      for (const user of [alice, bob]) user?.phone.dispose()
      await server.stop()
    })

    async function logged(what: string, of: (entry: Logged & { reqId: string }) => boolean): Promise<Logged> {
      const entry = await until(
        what,
        () => READ[mode](server.log()).find(of),
        (found) => found !== undefined,
      )
      assert.ok(entry)
      return entry
    }

    function assertExplained({ tree }: Logged, operation: string): void {
      assert.equal(tree[0], `denied: ${operation} "${path}"`)
      const rule = `the rule "${operation}": resource.openid == auth.openid is false: "alice" is not the caller`
      assert.ok(tree[1]?.startsWith(rule), tree[1])
      assert.ok(tree.includes('auth != null: true'), tree.join('\n'))
      assert.ok(tree.includes(`* ${RULE}: false`), tree.join('\n'))
    }

    /** Words of the explanation or the case that are not in the request. */
    function assertSilent(...answers: readonly string[]): void {
      for (const answer of answers) {
        for (const told of [MODERATOR, 'resource.', 'auth.openid', 'denied:', 'expect', 'customUserId', 'creator']) {
          assert.ok(!answer.includes(told), `the answer reveals ${told}: ${answer}`)
        }
      }
    }

    it('of getTempFileURL is logged with its request id', async () => {
      const answer = await bob.app.getTempFileURL({ fileList: [fileID] })
      assert.equal(answer.fileList[0]?.code, REFUSED)
      const entry = await logged('the denied URL', ({ reqId }) => reqId === answer.requestId)
      assert.equal(entry.code, REFUSED)
      assertExplained(entry, 'read')
      assert.deepEqual(entry.case, { as, action: 'read', file: path, stored, expect: 'denied' })
      assertSilent(JSON.stringify(answer))
    })

    it('of deleteFile is logged with its request id', async () => {
      const answer = await bob.app.deleteFile({ fileList: [fileID] })
      assert.equal(answer.fileList[0]?.code, REFUSED)
      const entry = await logged('the denied delete', ({ reqId }) => reqId === answer.requestId)
      assertExplained(entry, 'write')
      assert.deepEqual(entry.case, { as, action: 'write', file: path, stored, expect: 'denied' })
      assertSilent(JSON.stringify(answer))
    })

    it('of uploadFile is logged, without a file if there is none', async () => {
      const error = await bob.upload('users/alice/planted.png', PICTURE).then(
        () => assert.fail('it was stored'),
        (thrown: Error) => thrown,
      )
      assert.match(error.message, new RegExp(REFUSED))
      const entry = await logged('the denied upload', ({ case: { file } }) => file === 'users/alice/planted.png')
      assert.equal(entry.tree[0], 'denied: write "users/alice/planted.png"')
      assert.deepEqual(entry.case, { as, action: 'write', file: 'users/alice/planted.png', expect: 'denied' })
      assertSilent(error.message, JSON.stringify(error))
    })

    it('of copyFile names the denied half', async () => {
      const answer = await bob.app.copyFile({
        fileList: [{ srcPath: 'users/alice/b.png', dstPath: 'users/bob1/stolen.png' }],
      })
      assert.equal(answer.fileList[0]?.code, REFUSED)
      const entry = await logged('the denied copy', ({ reqId }) => reqId === answer.requestId)
      assert.deepEqual(entry.case, { as, action: 'read', file: 'users/alice/b.png', expect: 'denied' })
      assertSilent(JSON.stringify(answer))
    })

    it('of a bare URL is logged with the id in its header, as nobody', async () => {
      const bare = (await alice.urlOf(fileID)).tempFileURL.replace(/\?.*/, '')
      const answer = await send(bare)
      assert.equal(answer.status, 403)
      const entry = await logged('the denied URL', ({ reqId }) => reqId === answer.headers['x-request-id'])
      assert.equal(entry.code, 'CDN_SIGNATURE_MISSING')
      assert.deepEqual(entry.tree.slice(0, 1), [`denied: read "${path}"`])
      assert.deepEqual(entry.case, { as: null, action: 'read', file: path, stored, expect: 'denied' })
      assertSilent(whole(answer))
    })

    it('is not revealed to clients, whatever is denied', async () => {
      const eve = await newPerson(server)
      const list = [fileIdOf(server, path)]
      const files = [{ src_path: path, dst_path: `users/${eve.uid}/a` }]
      for (const who of [eve, undefined]) {
        assertSilent(
          JSON.stringify(await act(server, who, 'storage.getUploadMetadata', { path })),
          JSON.stringify(await act(server, who, 'storage.batchGetDownloadUrl', { file_list: list })),
          JSON.stringify(await act(server, who, 'storage.batchDeleteFile', { fileid_list: list })),
          JSON.stringify(await act(server, who, 'storage.batchCopyFile', { file_list: files })),
        )
      }
    })

    it('of many files in one request has three entries and a line with the number of others', async () => {
      const fileList = Array.from({ length: 50 }, (_, n) => `${fileID}${n}`)
      const { requestId } = await bob.app.getTempFileURL({ fileList })
      const more = mode === 'start' ? `"reqId":"${requestId}","more":47` : `reqId=${requestId} more=47`
      await until('the count', server.log, (log) => log.includes(more))
      const about = server
        .log()
        .split('\n')
        .filter((line) => line.includes(requestId))
      assert.equal(about.length, 4)
      assert.equal(READ[mode](server.log()).filter(({ reqId }) => reqId === requestId).length, 3)
    })
  })
}

it('of an upload whose bytes arrive after a change of the rules is logged with their size', async () => {
  const server = await startServer({ config: { storage: { acl: { write: true } } } })
  try {
    const eve = await newPerson(server)
    const { data } = await act(server, eve, 'storage.getUploadMetadata', { path: 'a.txt' })
    await server.writeConfig({ storage: { acl: { write: 'resource.size == null || resource.size < 3' } } })
    await until('the new rules', server.log, (log) => log.includes('the edited configuration is in effect'))
    const answer = await send(data.url, { method: 'PUT', body: 'hello' })
    assert.equal(answer.status, 403)
    const id = answer.headers['x-request-id']
    const lines = await until(
      'the denied upload',
      () => READ.start(server.log()),
      (entries) => entries.some(({ reqId }) => reqId === id),
    )
    const as = { uid: eve.uid, loginType: 'ANONYMOUS' }
    assert.deepEqual(
      lines.map((entry) => entry.case),
      [{ as, action: 'write', file: 'a.txt', size: 5, expect: 'denied' }],
    )
    assert.ok(!whole(answer).includes('resource.size'))
  } finally {
    await server.stop()
  }
})

it('of documents is logged with the collection, the document and its content; the client only gets the code', async () => {
  const rule = "auth != null && doc.owner == auth.uid && doc.state != 'locked-by-the-office'"
  const config = { database: { collections: { orders: { acl: { read: rule, write: true } } } } }
  const server = await startServer({ mode: 'dev', config })
  const people: User[] = []
  try {
    const mia = await createUser(server, 'anonymous')
    people.push(mia)
    const eve = await createUser(server, 'anonymous')
    people.push(eve)
    await mia.app.database().collection('orders').add({ _id: 'o1', owner: mia.uid, secretNote: 'for Mia only' })
    const answer = await eve.app.database().collection('orders').doc('o1').get()
    assert.equal(answer.code, 'DATABASE_PERMISSION_DENIED')
    const [entry] = await until(
      'the denied query',
      () => READ.dev(server.log()).filter(({ reqId }) => reqId === answer.requestId),
      ({ length }) => length > 0,
    )
    assert.equal(entry?.tree[0], 'denied: read "orders/o1"')
    assert.ok(entry.tree.includes('* doc.owner == auth.uid: false'), entry.tree.join('\n'))
    const { as, collection, doc, expect } = entry.case
    assert.deepEqual(
      { as, collection, doc, expect },
      { as: { uid: eve.uid, loginType: 'ANONYMOUS' }, collection: 'orders', doc: 'o1', expect: 'denied' },
    )
    for (const told of ['doc.owner', 'locked-by-the-office', mia.uid, 'secretNote', 'denied:']) {
      assert.ok(!JSON.stringify(answer).includes(told), told)
    }
  } finally {
    for (const { phone } of people) phone.dispose()
    await server.stop()
  }
})

it('in start, a repeated denial is not explained again: its line refers to the first request', async () => {
  const server = await startServer({ config: { storage: { acl: 'ADMINONLY' } } })
  try {
    const eve = await newPerson(server)
    const ids: string[] = []
    for (let n = 0; n < 5; n += 1) {
      ids.push((await act(server, eve, 'storage.getUploadMetadata', { path: 'a.txt' })).requestId)
    }
    const lines = await until(
      'five lines',
      () => linesOf(server.log()).filter(({ code }) => code === REFUSED),
      ({ length }) => length === ids.length,
    )
    assert.deepEqual(
      lines.map(({ reqId, denial, sameAs }) => [reqId, denial !== undefined, sameAs]),
      ids.map((id, n) => [id, n === 0, n === 0 ? undefined : ids[0]]),
    )
  } finally {
    await server.stop()
  }
})

function whole({ headers, text }: Answer): string {
  return `${JSON.stringify(headers)} ${text}`
}
