/** Three servers on one database and one store of files: what one of them does holds on all. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Balancer, startBalancer } from './support/balancer.ts'
import { createTicket } from './support/clients.ts'
import { type ServerCluster, startServers } from './support/cluster.ts'
import { consoleApi } from './support/console-api.ts'
import { consoleBrowser, printedLink, signedIn } from './support/console-browser.ts'
import { type SettingsApi, settingsApi } from './support/console-settings.ts'
import { type FakeWechat, openidOf, startFakeWechat } from './support/fake-wechat.ts'
import { THREE_PICTURES } from './support/pictures.ts'
import { lacksPostgres } from './support/postgres.ts'
import type { ApiKey, LoginKey, RunningServer } from './support/server.ts'
import { eventually, until } from './support/until.ts'
import { assertRefused } from './support/uploads.ts'
import { createUser } from './support/users.ts'
import {
  act,
  actAsAdmin,
  loginWithTicket,
  newPerson,
  own,
  type Person,
  send,
  stored,
  temporaryUrl,
  upload,
  uploadUrl,
} from './support/wire.ts'

const APPID = 'wx0123456789abcdef'
/** From then on, a change of settings or rights holds on all servers. */
const HOLDS_WITHIN_MS = 2_000
/** Tests at once: they wait a good part of the time. */
const AT_ONCE = 3
const MIB = 1024 * 1024

/** Everybody who is logged in may do everything with the documents. */
const OPEN = { read: 'auth != null', write: 'auth != null' }
const DATABASE = {
  collections: {
    things: { acl: 'PRIVATE' },
    open: { acl: OPEN },
    names: { acl: OPEN, indexes: [{ fields: { name: 1 }, unique: true }] },
  },
}

describe('three servers', { skip: lacksPostgres() }, () => {
  let cluster: ServerCluster
  let wechat: FakeWechat
  let key: LoginKey
  let apiKey: ApiKey
  /** The settings, as the first server has them. */
  let settings: SettingsApi

  before(async () => {
    wechat = await startFakeWechat()
    const auth = { wechat: { appid: APPID, secret: 'secret', apiBase: wechat.apiBase } }
    cluster = await startServers({ count: 3, files: 's3', config: { auth, database: DATABASE } })
    key = await node(0).loginKey()
    apiKey = await node(0).apiKey()
    settings = settingsApi(node(0), apiKey)
    await settings.saveRules('"PRIVATE"')
    await onEach(async (server) =>
      eventually('the rules', async () => {
        const { source, value } = await settingsApi(server, apiKey).setting('storage.acl')
        return source === 'console' && value === 'PRIVATE'
      }),
    )
  })
  after(async () => {
    await cluster?.dispose()
    await wechat?.close()
  })

  /** The servers in turn. */
  function node(at: number): RunningServer {
    const server = cluster.nodes[at % cluster.nodes.length]
    assert.ok(server)
    return server
  }

  function onEach<T>(work: (server: RunningServer, at: number) => Promise<T>): Promise<T[]> {
    return Promise.all(cluster.nodes.map(work))
  }

  /** On each server, the answer must be the wanted one soon, and stay so. */
  async function holdsOnAll<T>(what: string, ask: (server: RunningServer) => Promise<T>, wanted: T): Promise<void> {
    await onEach((server) =>
      until(
        what,
        () => ask(server),
        (answer) => answer === wanted,
        HOLDS_WITHIN_MS,
      ),
    )
    for (let time = 0; time < 3; time += 1) {
      assert.deepEqual(await onEach(ask), [wanted, wanted, wanted], `${what}: still so`)
    }
  }

  const user = (id: string, at = 0) => loginWithTicket(node(at), createTicket(key, id))

  /** The code of an upload of this person, or undefined. */
  const mayUpload = async (server: RunningServer, who: Person) =>
    (await act(server, who, 'storage.getUploadMetadata', { path: own(who, 'a.txt') })).code

  const query = async (server: RunningServer, who: Person, collectionName: string, condition: object) =>
    act(server, who, 'database.queryDocument', { collectionName, query: condition, limit: 100 })

  const add = (server: RunningServer, who: Person, collectionName: string, data: object) =>
    act(server, who, 'database.addDocument', { collectionName, data })

  const change = (server: RunningServer, who: Person, collectionName: string, id: string, data: object) =>
    act(server, who, 'database.updateDocument', {
      collectionName,
      query: { _id: id },
      data,
      merge: true,
      multi: false,
      upsert: false,
    })

  const post = async (server: RunningServer, path: string, body: object, headers = {}) => {
    const url = `${server.url}/auth/v1/${path}?client_id=${server.env}`
    const answer = await send(url, { method: 'POST', body: JSON.stringify(body), headers })
    return { status: answer.status, body: JSON.parse(answer.text) as Record<string, string> }
  }

  /** The first half of a WeChat login. */
  const providerToken = async (server: RunningServer, code: string): Promise<string> => {
    const { status, body } = await post(server, 'provider/token', { provider_id: APPID, provider_code: code })
    assert.equal(status, 200, JSON.stringify(body))
    return body.provider_token ?? ''
  }

  describe('at the same time', { concurrency: AT_ONCE }, () => {
    test('a login of one server is good on all, whatever its kind', async () => {
      const people = [await newPerson(node(0)), await user('login', 1)]
      for (const who of people) {
        assert.deepEqual(await onEach((server) => mayUpload(server, who)), [undefined, undefined, undefined])
      }
      const again = await Promise.all([0, 1, 2].map((at) => user('login', at)))
      assert.deepEqual(new Set(again.map(({ uid }) => uid)), new Set([people[1]?.uid]))
    })

    test('three first WeChat logins of one person at once, each in two halves on two servers, make one user', async () => {
      const logins = await onEach(async (server, at) => {
        const token = await providerToken(server, 'same-person')
        const { status, body } = await post(node(at + 1), 'signin/with/provider', { provider_token: token })
        assert.equal(status, 200, JSON.stringify(body))
        return body.sub
      })
      assert.equal(new Set(logins).size, 1)
      const { items } = await consoleApi(node(2), apiKey).call('GET', `/users?search=${openidOf('same-person')}`)
      assert.deepEqual(
        items.map(({ uid }: { uid: string }) => uid),
        [logins[0]],
      )
    })

    test('files are put, asked for and fetched on three different servers at once', async () => {
      const who = await user('files')
      const turns = Array.from({ length: 30 }, (_, at) => at)
      await Promise.all(
        turns.map(async (at) => {
          const path = own(who, `turn-${at}.txt`)
          await upload(node(at), who, path, `turn ${at}`)
          const { tempFileURL } = await temporaryUrl(node(at + 1), who, path)
          assert.equal((await send(elsewhere(tempFileURL, node(at + 2)))).text, `turn ${at}`)
        }),
      )
    })

    test('documents are added, changed and read on three different servers at once', async () => {
      const who = await user('documents')
      const turns = Array.from({ length: 30 }, (_, at) => at)
      await Promise.all(
        turns.map(async (at) => {
          const id = `turn-${at}`
          assert.equal((await add(node(at), who, 'things', { _id: id, at })).code, undefined)
          assert.equal((await change(node(at + 1), who, 'things', id, { $set: { done: true } })).code, undefined)
          const { data } = await query(node(at + 2), who, 'things', { _id: id })
          assert.deepEqual([data.list[0]?.at, data.list[0]?.done], [at, true])
        }),
      )
      const { data } = await act(node(2), who, 'database.countDocument', {
        collectionName: 'things',
        query: { done: true },
      })
      assert.equal(data.total, turns.length)
    })

    test('an upload ticket of one server is taken by another, from 1 byte to 17 MiB, with and without a length', async () => {
      const who = await user('tickets')
      for (const [at, size] of [0, 1, 1000, MIB - 1, MIB + 1, 8 * MIB, 17 * MIB].entries()) {
        const bytes = randomBytes(size)
        const path = own(who, `${size}.bin`)
        for (const chunked of [false, true]) {
          const url = elsewhere(await uploadUrl(node(at), who, path), node(at + 1))
          const chunks = Array.from({ length: Math.ceil(size / MIB) }, (_, part) =>
            bytes.subarray(part * MIB, (part + 1) * MIB),
          )
          const sending = chunked ? { chunks, headers: { 'transfer-encoding': 'chunked' } } : { body: bytes }
          const { status, text } = await send(url, { method: 'PUT', ...sending })
          assert.equal(status, 200, text)
          const { tempFileURL } = await temporaryUrl(node(at + 2), who, path)
          const whole = await send(elsewhere(tempFileURL, node(at)))
          assert.ok(whole.body.equals(bytes), `${size} bytes, chunked ${chunked}`)
        }
        if (size < 2) continue
        const { tempFileURL } = await temporaryUrl(node(at), who, path)
        const ranges = [
          [0, 0],
          [1, size - 1],
          [size >> 1, size - 1],
        ] as const
        for (const [step, [from, to]] of ranges.entries()) {
          const part = await send(elsewhere(tempFileURL, node(at + step)), {
            headers: { range: `bytes=${from}-${to}` },
          })
          assert.equal(part.status, 206)
          assert.ok(part.body.equals(bytes.subarray(from, to + 1)), `${from} to ${to} of ${size}`)
        }
      }
    })

    test('overwrites and deletes are seen at once by all, also of small files that a server has in memory', async () => {
      const who = await user('overwrites')
      const path = own(who, 'small.txt')
      for (let turn = 0; turn < 20; turn += 1) {
        await upload(node(turn), who, path, `version ${turn}`)
        const seen = await onEach((server) => stored(server, who, path))
        assert.deepEqual(seen.map(String), Array(3).fill(`version ${turn}`))
      }
      const fileID = (await act(node(0), who, 'storage.getUploadMetadata', { path })).data.fileId as string
      const deleted = await act(node(1), who, 'storage.batchDeleteFile', { fileid_list: [fileID] })
      assert.equal(deleted.data.delete_list[0]?.code, 'SUCCESS')
      const gone = 'STORAGE_FILE_NONEXIST'
      assert.deepEqual(await onEach((server) => stored(server, who, path)), [gone, gone, gone])
    })

    for (const sdk of ['2.27.2', '3.7.0'] as const) {
      test(`js-sdk ${sdk} behind a balancer that gives each call to another server`, async (t) => {
        const balancer: Balancer = await startBalancer(node(0).env)
        t.after(() => balancer.close())
        await onEach((server) => balancer.add(server))
        const place = { ...node(0), ...balancer }
        const phones = [
          await createUser(place, { key, id: `balanced-${sdk[0]}` }, { sdk }),
          await createUser(
            place,
            { code: `balanced-${sdk[0]}` },
            { sdk, wx: { appid: APPID }, loginCode: `balanced-${sdk[0]}` },
          ),
        ]
        t.after(() => {
          for (const { phone } of phones) phone.dispose()
        })
        for (const { app, openid, upload: put, urlOf } of phones) {
          for (const { name, bytes } of THREE_PICTURES) {
            const fileID = await put(`users/${openid}/${name}`, bytes)
            const { tempFileURL } = await urlOf(fileID)
            assert.ok(tempFileURL.startsWith(balancer.url), tempFileURL)
            assert.ok((await send(tempFileURL)).body.equals(bytes))
            const things = app.database().collection('things')
            const { id } = await things.add({ images: [fileID] })
            assert.equal((await things.doc(id).update({ seen: true })).updated, 1)
            assert.deepEqual((await things.doc(id).get()).data[0]?.images, [fileID])
            assert.equal((await app.deleteFile({ fileList: [fileID] })).fileList[0]?.code, 'SUCCESS')
          }
        }
        const counts = cluster.nodes.map(({ url }) => balancer.sent.get(url) ?? 0)
        assert.ok(Math.min(...counts) > 10, `requests of the servers: ${counts}`)
      })
    }

    test('the same refresh call on three servers at once has one answer', async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        const who = await newPerson(node(turn))
        const calls = await refreshAtOnce(who, () => `call-${who.uid}`)
        assert.deepEqual(
          calls.map(({ status }) => status),
          [200, 200, 200],
        )
        assert.equal(new Set(calls.map(({ body }) => body.refresh_token)).size, 1)
        const fresh = { ...who, accessToken: calls[0]?.body.access_token ?? '' }
        assert.deepEqual(await onEach((server) => mayUpload(server, fresh)), [undefined, undefined, undefined])
      }
    })

    test('of three different uses of one refresh token at most one wins, and the login ends everywhere', async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        const who = await newPerson(node(turn))
        const calls = await refreshAtOnce(who, (at) => `use-${at}-${who.uid}`)
        assert.ok(calls.filter(({ status }) => status === 200).length <= 1, JSON.stringify(calls))
        const refused = await onEach((server) => mayUpload(server, who))
        assert.deepEqual(refused, Array(3).fill('INVALID_ACCESS_TOKEN'))
      }
    })

    /** Uses the refresh token on each server at the same time. */
    async function refreshAtOnce(who: Person, requestId: (at: number) => string) {
      return onEach((server, at) =>
        post(
          server,
          'token',
          { grant_type: 'refresh_token', refresh_token: who.refreshToken, client_id: server.env },
          { 'x-request-id': requestId(at) },
        ),
      )
    }

    test('300 increments of one document through three servers are 300', async () => {
      const who = await user('counter')
      await add(node(0), who, 'open', { _id: 'counter', n: 0 })
      await Promise.all(
        Array.from({ length: 12 }, async (_, client) => {
          for (let turn = 0; turn < 25; turn += 1) {
            const { code, message } = await change(node(client), who, 'open', 'counter', { $inc: { n: 1 } })
            assert.equal(code, undefined, message)
          }
        }),
      )
      const read = await onEach(async (server) => (await query(server, who, 'open', { _id: 'counter' })).data.list[0].n)
      assert.deepEqual(read, [300, 300, 300])
    })

    test('pushes one after another through three servers keep their order', async () => {
      const who = await user('pushes')
      await add(node(0), who, 'open', { _id: 'pushes', log: [] })
      const numbers = Array.from({ length: 30 }, (_, at) => at)
      for (const at of numbers) {
        const { code } = await change(node(at), who, 'open', 'pushes', { $push: { log: { $each: [at] } } })
        assert.equal(code, undefined)
      }
      const { data } = await query(node(1), who, 'open', { _id: 'pushes' })
      assert.deepEqual(data.list[0]?.log, numbers)
    })

    test('a contested id and a contested unique value go to one of three servers', async () => {
      const who = await user('contests')
      const contests = [
        ['open', (turn: number) => ({ _id: `seat-${turn}` })],
        ['names', (turn: number) => ({ name: `name-${turn}` })],
      ] as const
      for (const [collection, wish] of contests) {
        for (let turn = 0; turn < 20; turn += 1) {
          const codes = await onEach(async (server) => (await add(server, who, collection, wish(turn))).code)
          assert.deepEqual(codes.toSorted(), ['DATABASE_DUPLICATE_WRITE', 'DATABASE_DUPLICATE_WRITE', undefined])
        }
      }
    })

    test('each server is ready, and the overview of each lists all three, itself first', async () => {
      const names = await onEach(async (server) => {
        assert.equal((await send(`${server.url}/ready`)).status, 200)
        const { nodes } = await consoleApi(server, apiKey).call('GET', '/overview')
        assert.equal(nodes.length, 3)
        assert.equal(new Set(nodes.map(({ configHash }: { configHash: string }) => configHash)).size, 1)
        assert.ok(nodes[0].name.endsWith(`:${server.pid}`), nodes[0].name)
        return nodes.map(({ name }: { name: string }) => name).toSorted()
      })
      assert.deepEqual([names[1], names[2]], [names[0], names[0]])
    })
  })

  describe('what an administrator does on one server holds on all within two seconds', () => {
    test('blocking a user, and unblocking', async () => {
      const who = await user('blocked', 1)
      const api = consoleApi(node(2), apiKey)
      await api.call('PUT', `/users/${who.uid}/blocked`, { blocked: true })
      await holdsOnAll('blocked', (server) => mayUpload(server, who), 'INVALID_ACCESS_TOKEN')
      for (const at of [0, 1, 2]) await assert.rejects(user('blocked', at), /USER_BLOCKED/)
      await api.call('PUT', `/users/${who.uid}/blocked`, { blocked: false })
      const again = await user('blocked')
      await holdsOnAll('unblocked', (server) => mayUpload(server, again), undefined)
    })

    test('ending the sessions of a user, and signing out', async () => {
      for (const end of [
        (who: Person) => consoleApi(node(2), apiKey).call('DELETE', `/users/${who.uid}/sessions`),
        (who: Person) => post(node(2), 'user/signout', {}, { authorization: `Bearer ${who.accessToken}` }),
      ]) {
        const who = await user('signed-out', 1)
        const ticket = await uploadUrl(node(1), who, own(who, 'late.txt'))
        await holdsOnAll('logged in', (server) => mayUpload(server, who), undefined)
        await end(who)
        await holdsOnAll('logged out', (server) => mayUpload(server, who), 'INVALID_ACCESS_TOKEN')
        const late = await onEach((server) => send(elsewhere(ticket, server), { method: 'PUT', body: 'late' }))
        for (const answer of late) assertRefused(answer, 401, 'CHECK_LOGIN_FAILED')
      }
    })

    test('revoking keys', async () => {
      const api = consoleApi(node(0), apiKey)
      const second: ApiKey = await api.call('POST', '/keys/api')
      const ask = async (server: RunningServer) =>
        (await actAsAdmin(server, second.apiKey, 'storage.getUploadMetadata', { path: 'a' })).code
      await holdsOnAll('the key works', ask, undefined)
      await consoleApi(node(1), apiKey).call('DELETE', `/keys/${second.secretId}`)
      await holdsOnAll('the key is revoked', ask, 'INVALID_CREDENTIALS')

      const login: LoginKey = await api.call('POST', '/keys/login')
      const logIn = async (server: RunningServer) =>
        (await post(server, 'signin/custom', { provider_id: 'custom', ticket: createTicket(login, 'keyed') })).status
      await holdsOnAll('tickets are taken', logIn, 200)
      await consoleApi(node(2), apiKey).call('DELETE', `/keys/${login.private_key_id}`)
      await holdsOnAll('tickets are refused', logIn, 401)
    })

    test('the rules of files', async () => {
      const [who, other] = [await user('ruled'), await user('ruled-other')]
      await upload(node(0), who, own(who, 'private.txt'), 'private')
      const read = async (server: RunningServer) => String(await stored(server, other, own(who, 'private.txt')))
      await holdsOnAll('private', read, 'STORAGE_EXCEED_AUTHORITY')
      await settingsApi(node(1), apiKey).saveRules('"READONLY"')
      await holdsOnAll('public', read, 'private')
      await settingsApi(node(2), apiKey).saveRules('"PRIVATE"')
      await holdsOnAll('private again', read, 'STORAGE_EXCEED_AUTHORITY')
    })

    test('a collection, its permission and its rules', async () => {
      const [who, other] = [await user('reader'), await user('writer')]
      const api = consoleApi(node(1), apiKey)
      await api.call('POST', '/database/collections', { name: 'notes' })
      await holdsOnAll('it is there', async (server) => (await query(server, who, 'notes', {})).code, undefined)
      assert.equal((await add(node(2), other, 'notes', { text: 'mine' })).code, undefined)
      const count = async (server: RunningServer) => (await query(server, who, 'notes', {})).data?.list.length as number
      await holdsOnAll('PRIVATE', count, 0)
      await settingsApi(node(0), apiKey).saveRules('"READONLY"', 'notes')
      await holdsOnAll('READONLY', count, 1)
      await settingsApi(node(2), apiKey).saveRules('{ "read": false, "write": true }', 'notes')
      const code = async (server: RunningServer) => (await query(server, who, 'notes', {})).code
      await holdsOnAll('rules', code, 'DATABASE_PERMISSION_DENIED')
    })

    test('a setting: the size of files, and its reset', async () => {
      const who = await user('sizes')
      const put = async (server: RunningServer) => {
        const url = await uploadUrl(server, who, own(who, 'size.bin'))
        return (await send(url, { method: 'PUT', body: Buffer.alloc(3000) })).status
      }
      await settingsApi(node(2), apiKey).save('storage.maxFileSize', '2KB')
      await holdsOnAll('too large', put, 413)
      await settingsApi(node(1), apiKey).reset('storage.maxFileSize')
      await holdsOnAll('as before', put, 200)
    })

    test('of three saves of one version one is taken', async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        const { version } = await settings.api.call('GET', '/settings')
        await holdsOnAll('the settings', versionOf, version)
        const values = [0, 1, 2].map((at) => 600 + 10 * turn + at)
        const statuses = await onEach(async (server, at) => {
          const saving = { value: values[at], version }
          return (await consoleApi(server, apiKey).ask('PUT', '/settings/storage.tempUrlMaxAge', saving)).status
        })
        assert.deepEqual(statuses.toSorted(), [200, 409, 409])
        const taken = values[statuses.indexOf(200)]
        await holdsOnAll('the value that was taken', savedValue, taken)
      }
    })

    const versionOf = async (server: RunningServer): Promise<string> =>
      (await consoleApi(server, apiKey).call('GET', '/settings')).version
    const savedValue = async (server: RunningServer) =>
      (await settingsApi(server, apiKey).setting('storage.tempUrlMaxAge')).value

    test('wrong passwords of the Console are counted together', async () => {
      const operator = await signedIn(node(0), { link: await printedLink(node(0)) })
      const { status } = await operator.ask('PUT', '/console/api/password', { password: 'a password of the cluster' })
      assert.equal(status, 200)
      const statuses: number[] = []
      for (let turn = 0; turn < 12; turn += 1) {
        statuses.push((await consoleBrowser(node(turn)).signIn({ secret: `wrong ${turn}` })).status)
      }
      assert.deepEqual(statuses, [...Array(10).fill(401), 429, 429])
      const right = await onEach((server) => consoleBrowser(server).signIn({ secret: 'a password of the cluster' }))
      assert.deepEqual(
        right.map(({ status }) => status),
        [429, 429, 429],
      )
    })
  })
})

/** The same URL on another server. */
function elsewhere(url: string, { url: base }: RunningServer): string {
  return base + url.slice(new URL(url).origin.length)
}
