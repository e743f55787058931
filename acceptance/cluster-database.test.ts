/** Three servers whose PostgreSQL restarts, is away, or loses its connections. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type ServerCluster, startServers } from './support/cluster.ts'
import { startLoad } from './support/cluster-load.ts'
import { consoleApi } from './support/console-api.ts'
import { lacksPostgres } from './support/postgres.ts'
import type { ApiKey, RunningServer } from './support/server.ts'
import { openTcpProxy, type TcpProxy } from './support/tcp-proxy.ts'
import { until } from './support/until.ts'
import { assertRefused } from './support/uploads.ts'
import {
  act,
  actAsAdmin,
  newPerson,
  own,
  type Person,
  send,
  stored,
  temporaryUrl,
  upload,
  uploadUrl,
} from './support/wire.ts'

const OPEN = { read: 'auth != null', write: 'auth != null' }
const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { open: { acl: OPEN } } } }
/** A little less than calls wait for the database. */
const CALLS_WAIT_MS = 7_000
/** Every call ends within this time, whatever has failed. */
const CALLS_END_WITHIN_MS = 20_000
const SERVES_AGAIN_WITHIN_MS = 5_000
const CUT_CHANCE = 0.01
const SOME_CUTS = 40

/** Tests of one database; the two databases are tested side by side. */
const ONE_BY_ONE = { concurrency: 1 }

describe('the database of three servers', { skip: lacksPostgres(), concurrency: 2 }, () => {
  describe('that stops', ONE_BY_ONE, () => {
    let cluster: ServerCluster
    let who: Person
    let apiKey: ApiKey

    before(async () => {
      cluster = await startServers({ count: 3, config: CONFIG })
      who = await newPerson(node(0))
      apiKey = await node(0).apiKey()
    })
    after(() => cluster?.dispose())

    function node(at: number): RunningServer {
      const server = cluster.nodes[at]
      assert.ok(server)
      return server
    }

    test('restarts under load, in order and after a crash: calls are slower, and none fails', async (t) => {
      const load = await startLoad(t, { targets: cluster.nodes, who, collection: 'open' })
      let longest = 0
      for (const mode of ['fast', 'immediate'] as const) {
        await load.more(60)
        const stopping = performance.now()
        await cluster.database.stop(mode)
        await cluster.database.start()
        longest = Math.max(longest, performance.now() - stopping)
      }
      await load.more(60)
      await load.stop()
      t.diagnostic(`${load.count} calls; the longest restart took ${Math.round(longest)} ms`)
      // A machine that is too busy to restart PostgreSQL in the time that calls wait proves nothing.
      if (longest < CALLS_WAIT_MS) assert.deepEqual(load.failures, [])
      await load.check(node(2))
    })

    test('away for longer than calls wait: each dialect says SERVER_BUSY in its own way, soon', async () => {
      const [server] = cluster.nodes
      assert.ok(server)
      const path = own(who, 'away.txt')
      await upload(server, who, path, 'before')
      const ticket = await uploadUrl(server, who, own(who, 'lost.txt'))
      const { tempFileURL } = await temporaryUrl(server, who, path)
      const bearer = { authorization: `Bearer ${who.accessToken}` }
      await cluster.database.stop('fast')
      const query = { collectionName: 'open', query: {} }
      const [a, b, rest, login, object, put, ready, health, api] = await Promise.all([
        timed(() => act(server, who, 'database.countDocument', query)),
        timed(() => actAsAdmin(server, apiKey.apiKey, 'storage.getUploadMetadata', { path: 'a' })),
        timed(() =>
          send(`${server.url}/v1/storages/get-objects-upload-info`, {
            method: 'POST',
            headers: bearer,
            body: JSON.stringify([{ objectId: path }]),
          }),
        ),
        timed(() =>
          send(`${server.url}/auth/v1/signin/anonymously?client_id=${server.env}`, {
            method: 'POST',
            body: '{}',
            headers: { 'x-device-id': 'a'.repeat(32) },
          }),
        ),
        timed(() => send(tempFileURL)),
        timed(() => send(ticket, { method: 'PUT', body: 'lost' })),
        timed(() => send(`${server.url}/ready`)),
        timed(() => send(`${server.url}/health`)),
        timed(() => consoleApi(server, apiKey).ask('GET', '/users')),
      ])
      for (const { ms } of [a, b, rest, login, object, put, api]) {
        assert.ok(ms < CALLS_END_WITHIN_MS, `a call took ${Math.round(ms)} ms`)
      }
      assert.equal(a.answer.code, 'SERVER_BUSY')
      assert.equal(b.answer.code, 'SERVER_BUSY')
      assert.deepEqual([rest.answer.status, JSON.parse(rest.answer.text).code], [503, 'SERVER_BUSY'])
      assert.deepEqual([login.answer.status, JSON.parse(login.answer.text).error], [503, 'unavailable'])
      assert.equal(object.answer.status, 503, object.answer.text)
      assertRefused(put.answer, 503, 'SERVER_BUSY')
      assert.deepEqual([api.answer.status, api.answer.body.code], [503, 'SERVER_BUSY'])
      // These ask nobody who is away, or do not wait.
      assert.equal(health.answer.status, 200)
      assert.deepEqual([ready.answer.status, JSON.parse(ready.answer.text).status], [503, 'failing'])
      assert.ok(ready.ms < 3_000 && health.ms < 3_000, `${ready.ms} ms, ${health.ms} ms`)

      await cluster.database.start()
      await Promise.all(cluster.nodes.map((server) => servesAgain(server, who)))
      assert.equal(String(await stored(server, who, path)), 'before')
      assert.equal(await stored(server, who, own(who, 'lost.txt')), 'STORAGE_FILE_NONEXIST')
      for (const each of cluster.nodes) assert.equal((await send(`${each.url}/ready`)).status, 200)
    })
  })

  describe('whose connections break', ONE_BY_ONE, () => {
    let cluster: ServerCluster
    let proxy: TcpProxy
    /** Behind the proxy. */
    let servers: RunningServer[]
    /** Beside it. */
    let direct: RunningServer
    let who: Person

    before(async () => {
      cluster = await startServers({ count: 1, config: CONFIG })
      const url = new URL(cluster.places.records)
      proxy = await openTcpProxy(Number(url.port))
      url.port = String(proxy.port)
      const places = { ...cluster.places, records: url.href }
      servers = await Promise.all([0, 1, 2].map(() => cluster.startNode({ places })))
      direct = cluster.nodes[0] ?? assert.fail()
      who = await newPerson(direct)
    })
    after(async () => {
      await proxy?.close()
      await cluster?.dispose()
    })

    const counted = (server: RunningServer, id: string) =>
      act(server, who, 'database.updateDocument', {
        collectionName: 'open',
        query: { _id: id },
        data: { $inc: { n: 1 } },
        merge: true,
        multi: false,
        upsert: false,
      })

    test('connections are cut in the middle of commits: none fails, and each increment happens once', async (t) => {
      await act(direct, who, 'database.addDocument', { collectionName: 'open', data: { _id: 'cut', n: 0 } })
      let increments = 0
      let isOver = false
      const client = async (server: RunningServer): Promise<void> => {
        while (!isOver && proxy.cuts < SOME_CUTS) {
          const { code, message } = await counted(server, 'cut')
          assert.equal(code, undefined, message)
          increments += 1
        }
      }
      proxy.cutChance = CUT_CHANCE
      try {
        await Promise.all(servers.flatMap((server) => [client(server), client(server), client(server)]))
      } finally {
        isOver = true
        proxy.cutChance = 0
      }
      t.diagnostic(`${increments} increments, ${proxy.cuts} cuts`)
      const { data } = await act(direct, who, 'database.queryDocument', {
        collectionName: 'open',
        query: { _id: 'cut' },
        limit: 1,
      })
      assert.equal(data.list[0].n, increments)
    })

    test('a database that no longer answers: calls end, and all is well when it does', async () => {
      proxy.freeze()
      const calls = await Promise.all(
        servers.flatMap((server) => [
          timed(() => act(server, who, 'database.countDocument', { collectionName: 'open', query: {} })),
          timed(() => act(server, who, 'database.addDocument', { collectionName: 'open', data: { n: 1 } })),
        ]),
      ).finally(() => proxy.thaw())
      for (const { answer, ms } of calls) {
        assert.equal(answer.code, 'SERVER_BUSY', answer.message)
        assert.ok(ms < CALLS_END_WITHIN_MS, `${Math.round(ms)} ms`)
      }
      await Promise.all(servers.map((server) => servesAgain(server, who)))
    })
  })
})

/** Within 5 s of the return of the database. */
async function servesAgain(server: RunningServer, who: Person): Promise<void> {
  const add = async () => (await act(server, who, 'database.addDocument', { collectionName: 'open', data: {} })).code
  const { ms, answer } = await timed(() => until('serves again', add, (code) => code === undefined))
  assert.equal(answer, undefined)
  assert.ok(ms < SERVES_AGAIN_WITHIN_MS, `${Math.round(ms)} ms`)
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly answer: T; readonly ms: number }> {
  const since = performance.now()
  const answer = await work()
  return { answer, ms: performance.now() - since }
}
