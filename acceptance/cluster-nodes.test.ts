/** Three servers, of which one is killed, suspended or replaced, or has a wrong clock. */
import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type Balancer, startBalancer } from './support/balancer.ts'
import { createTicket } from './support/clients.ts'
import { type ServerCluster, type ServerClusterOptions, startServers } from './support/cluster.ts'
import { type Load, startLoad } from './support/cluster-load.ts'
import { consoleApi } from './support/console-api.ts'
import { settingsApi } from './support/console-settings.ts'
import { lacksPostgres } from './support/postgres.ts'
import { type RunningServer, startLater } from './support/server.ts'
import { eventually, until } from './support/until.ts'
import {
  act,
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

const OPEN = { read: 'auth != null', write: 'auth != null' }
const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { open: { acl: OPEN } } } }
/** Each test has its own servers and waits most of its time. */
const AT_ONCE = 4
/** The longest call at servers beside one that is killed. On a busy machine, calls are also slow before. */
const PAUSE_MS = 2_000
const LOAD_STEP = 60
const DRAIN_S = 3
const SKEW_MS = 5_000
/** More than a server puts up with. */
const WRONG_MS = 8_000
/** A lease of 30 s runs out, the others ask every 5 s, and bytes that nobody needs go after 30 s. */
const TAKEN_OVER_WITHIN_MS = 70_000
/** PostgreSQL ends the transaction of a suspended server, at the latest after 10 s. */
const LOCKED_MS = 12_000

async function startedFor(t: TestContext, options: Omit<ServerClusterOptions, 'config'>): Promise<ServerCluster> {
  const cluster = await startServers({ ...options, config: CONFIG })
  t.after(() => cluster.dispose())
  return cluster
}

/** The failures that are not those of one server. */
function failuresBeside(load: Load, server: RunningServer) {
  return load.failures.filter(({ target }) => target !== server.url)
}

function first(cluster: ServerCluster): RunningServer {
  return cluster.nodes[0] ?? assert.fail()
}

describe('three servers', { skip: lacksPostgres(), concurrency: AT_ONCE }, () => {
  test('one is suspended for longer than its lease: another does the periodic work, nothing is lost, and it serves again', async (t) => {
    const cluster = await startedFor(t, { count: 1 })
    // The first one has the lease.
    const suspended = first(cluster)
    const others = await Promise.all([cluster.startNode(), cluster.startNode()])
    const [other] = others
    assert.ok(other)
    const who = await newPerson(suspended)
    const path = own(who, 'overwritten.txt')
    await upload(other, who, path, 'old')
    const [old = ''] = await cluster.blobs()
    const load = await startLoad(t, { targets: [suspended, ...others], who, collection: 'open' })
    await load.more(LOAD_STEP)
    process.kill(suspended.pid, 'SIGSTOP')
    try {
      await upload(other, who, path, 'new')
      await load.more(LOAD_STEP)
      for (const each of others) load.leave(each)
      const slowest = Math.max(...others.map((each) => load.longestMs(each)))
      assert.ok(slowest < LOCKED_MS + PAUSE_MS, `a call took ${Math.round(slowest)} ms`)
      const isGone = async () => !(await cluster.blobs()).includes(old)
      await eventually('the bytes of the old file go', isGone, TAKEN_OVER_WITHIN_MS)
    } finally {
      process.kill(suspended.pid, 'SIGCONT')
    }
    const add = async () =>
      (await act(suspended, who, 'database.addDocument', { collectionName: 'open', data: {} })).code
    await until('it serves again', add, (code) => code === undefined)
    await load.stop()
    assert.deepEqual(failuresBeside(load, suspended), [])
    for (const { reason } of load.failures) assert.match(reason, /SERVER_BUSY/)
    await load.check(suspended)
    await load.check(other)
    assert.equal(String(await stored(suspended, who, path)), 'new')
    assert.equal((await send(`${suspended.url}/ready`)).status, 200)
  })

  test('clocks that are ten seconds apart: logins, tickets, URLs, rights, leases', async (t) => {
    const cluster = await startedFor(t, { count: 0 })
    const start = (ahead: number) => startLater(ahead, { places: cluster.places, config: CONFIG })
    const servers = await Promise.all([-SKEW_MS, 0, SKEW_MS].map(start))
    t.after(() => Promise.all(servers.map((server) => server.kill())))
    const onEach = <T>(work: (server: RunningServer, at: number) => Promise<T>) => Promise.all(servers.map(work))
    const [behind, right, ahead] = servers
    assert.ok(behind && right && ahead)
    const key = await right.loginKey()
    const apiKey = await right.apiKey()
    const may = (who: Person) => async (server: RunningServer) =>
      (await act(server, who, 'storage.getUploadMetadata', { path: own(who, 'a.txt') })).code
    const all = (code: string | undefined) => [code, code, code]

    for (const from of servers) {
      const who = await loginWithTicket(from, createTicket(key, 'skewed'))
      assert.deepEqual(await onEach(may(who)), all(undefined))
      await onEach(async (to) => {
        const url = await uploadUrl(from, who, own(who, `${from.port}-${to.port}.txt`))
        assert.equal((await send(elsewhere(url, to), { method: 'PUT', body: 'skewed' })).status, 200)
        const { tempFileURL } = await temporaryUrl(to, who, own(who, `${from.port}-${to.port}.txt`), 60)
        assert.equal((await send(elsewhere(tempFileURL, from))).text, 'skewed')
      })
      const refreshed = await refresh(from, who)
      assert.deepEqual(await onEach(may(refreshed)), all(undefined))
      const url = `${behind.url}/auth/v1/user/signout?client_id=${behind.env}`
      const signedOut = await send(url, {
        method: 'POST',
        body: '{}',
        headers: { authorization: `Bearer ${refreshed.accessToken}` },
      })
      assert.equal(signedOut.status, 200)
      assert.deepEqual(await onEach(may(refreshed)), all('INVALID_ACCESS_TOKEN'))
    }

    for (const [at, from] of servers.entries()) {
      await settingsApi(from, apiKey).save('storage.tempUrlMaxAge', 700 + at)
      await onEach((server) =>
        until(
          'the setting',
          async () => (await settingsApi(server, apiKey).setting('storage.tempUrlMaxAge')).value,
          (value) => value === 700 + at,
        ),
      )
    }
    const wrong = await start(WRONG_MS)
    t.after(() => wrong.kill())
    const { status, text } = await send(`${wrong.url}/ready`)
    assert.deepEqual([status, JSON.parse(text).problems], [200, ['clock']])
    assert.match(wrong.log(), /the clock of this machine differs/)
    await wrong.stop()
    const { nodes } = await consoleApi(right, apiKey).call('GET', '/overview')
    assert.equal(nodes.length, 3)

    const who = await loginWithTicket(right, createTicket(key, 'trash'))
    const kept = (await cluster.blobs()).length
    for (let turn = 0; turn < 6; turn += 1) await upload(servers[turn % 3] ?? right, who, own(who, 'a.txt'), `${turn}`)
    const one = async () => (await cluster.blobs()).length === kept + 1
    await eventually('one of six versions stays', one, TAKEN_OVER_WITHIN_MS)
    assert.deepEqual((await onEach((server) => stored(server, who, own(who, 'a.txt')))).map(String), all('5'))
  })

  test('one after the other is killed under load: the others go on, and nothing that was acknowledged is lost', async (t) => {
    const cluster = await startedFor(t, { count: 3 })
    let servers = [...cluster.nodes]
    const who = await newPerson(first(cluster))
    for (let round = 0; round < 3; round += 1) {
      const [killed, ...others] = servers
      const [other] = others
      assert.ok(killed && other)
      const load = await startLoad(t, { targets: servers, who, collection: 'open' })
      await load.more(LOAD_STEP)
      const usual = Math.max(...others.map((each) => load.longestMs(each)))
      load.forget()
      const dying = killed.kill()
      load.leave(killed)
      await dying
      await load.more(LOAD_STEP)
      const slowest = Math.max(...others.map((each) => load.longestMs(each)))
      await load.stop()
      assert.deepEqual(failuresBeside(load, killed), [])
      for (const { reason } of load.failures) assert.match(reason, /ECONNRESET|ECONNREFUSED|EPIPE|socket hang up/)
      assert.ok(slowest < PAUSE_MS + 2 * usual, `a call took ${Math.round(slowest)} ms, before ${Math.round(usual)} ms`)
      const fresh = await cluster.startNode()
      await load.check(other)
      await load.check(fresh)
      servers = [...others, fresh]
    }
  })

  test('each is replaced behind a balancer under load: no call fails', async (t) => {
    const args = ['--drain', String(DRAIN_S)]
    const cluster = await startedFor(t, { count: 3, args })
    const who = await newPerson(first(cluster))
    const balancer: Balancer = await startBalancer(first(cluster).env)
    t.after(() => balancer.close())
    await Promise.all(cluster.nodes.map((server) => balancer.add(server)))
    const load = await startLoad(t, { targets: [balancer], who, collection: 'open' })
    for (const old of cluster.nodes) {
      await load.more(LOAD_STEP)
      const stopping = performance.now()
      const stopped = old.stop()
      const ready = async () => (await send(`${old.url}/ready`)).status
      await until('it says that it stops', ready, (status) => status === 503, 2_000)
      assert.equal((await send(`${old.url}/health`)).status, 200)
      assert.equal(await stopped, 0)
      assert.ok(performance.now() - stopping >= DRAIN_S * 1000)
      balancer.remove(old)
      await balancer.add(await cluster.startNode())
    }
    await load.more(LOAD_STEP)
    await load.stop()
    assert.deepEqual(load.failures, [])
    await load.check(balancer)
    assert.equal(balancer.sent.size, 6)
  })
})

async function refresh(server: RunningServer, who: Person): Promise<Person> {
  const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token: who.refreshToken, client_id: server.env })
  const url = `${server.url}/auth/v1/token?client_id=${server.env}`
  const { status, text } = await send(url, { method: 'POST', body })
  assert.equal(status, 200, text)
  const { access_token = '', refresh_token = '' } = JSON.parse(text) as Record<string, string>
  return { ...who, accessToken: access_token, refreshToken: refresh_token }
}

/** The same URL on another server. */
function elsewhere(url: string, { url: base }: RunningServer): string {
  return base + url.slice(new URL(url).origin.length)
}
