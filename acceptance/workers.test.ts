/** `start --workers`: several processes on one port and one data directory. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { combinationsOf, recipeJourney } from './support/recipe-journey.ts'
import { cloudstead, ENV, type LoginKey, type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { act, newPerson, own, send, stored, upload } from './support/wire.ts'

const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { orders: { acl: 'PRIVATE' } } } }

describe('three workers', () => {
  let dataDir: string
  let server: RunningServer
  let key: LoginKey
  const begin = () => startServer({ config: CONFIG, dataDir, args: ['--workers', '3'] })

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'cloudstead-workers-'))
    server = await begin()
    key = await server.loginKey()
  })
  after(async () => {
    await server?.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  for (const sdk of ['2.27.2', '3.7.0'] as const) {
    for (const combination of combinationsOf(sdk).slice(0, 1)) {
      recipeJourney(combination, { server: () => ({ server, key }), loginCode: (user) => user, openid: () => '' })
    }
  }

  test('all serve, each with every file and document at once', async () => {
    assert.equal(workersOf(server.pid).length, 3)
    const who = await newPerson(server)
    for (let n = 0; n < 12; n += 1) {
      await upload(server, who, own(who, 'a.txt'), `text ${n}`)
      assert.equal(String(await stored(server, who, own(who, 'a.txt'))), `text ${n}`)
    }
    const counter = { collectionName: 'orders', data: { _id: `c-${who.uid}`, count: 0 } }
    assert.equal((await act(server, who, 'database.addDocument', counter)).code, undefined)
    const inc = {
      collectionName: 'orders',
      query: { _id: counter.data._id },
      queryType: 'DOC',
      data: { $inc: { count: 1 } },
      multi: false,
      merge: true,
      upsert: false,
    }
    await Promise.all(Array.from({ length: 60 }, () => act(server, who, 'database.updateDocument', inc)))
    const { data } = await act(server, who, 'database.queryDocument', { ...inc, limit: 1 })
    assert.equal(data.list[0]?.count, 60)
  })

  test('an edited configuration is in effect in all of them within two seconds', async () => {
    const bare = await newPerson(server)
    await server.writeConfig({ ...CONFIG, storage: { acl: 'READONLY', maxFileSize: 10 } })
    const refused = async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, () =>
          upload(server, bare, own(bare, 'big.txt'), 'x'.repeat(11)).then(
            () => false,
            () => true,
          ),
        ),
      )
      return answers.every(Boolean)
    }
    await eventually('all workers refuse it', refused)
    await server.writeConfig(CONFIG)
  })

  test('a worker that is killed is replaced, and nothing acknowledged is lost', async () => {
    const who = await newPerson(server)
    await upload(server, who, own(who, 'kept.txt'), 'kept')
    const [first] = workersOf(server.pid)
    process.kill(first ?? 0, 'SIGKILL')
    await eventually('there are three workers again', () => {
      const now = workersOf(server.pid)
      return now.length === 3 && !now.includes(first ?? 0)
    })
    for (let n = 0; n < 6; n += 1) assert.equal(String(await stored(server, who, own(who, 'kept.txt'))), 'kept')
    assert.match(server.log(), /a worker ended; another one takes its place/)
  })

  test('a second server on the directory is refused with the address of the first', async () => {
    const { code, stderr } = await cloudstead(
      'start',
      '--env',
      ENV,
      '--port',
      '0',
      '--data-dir',
      dataDir,
      '--workers',
      '2',
    )
    assert.match(stderr, /^cloudstead: another server is already running on .*; it is at http:\/\/127\.0\.0\.1:\d+\n$/)
    assert.equal(code, 1)
  })

  test('SIGTERM stops all with exit code 0; a kill of the parent ends the workers, and the directory is free', async () => {
    const first = workersOf(server.pid)
    assert.equal(await server.stop(), 0)
    assert.ok(first.every((pid) => !isAlive(pid)))
    server = await begin()
    const second = workersOf(server.pid)
    await server.kill()
    await eventually('the workers end with their parent', () => second.every((pid) => !isAlive(pid)))
    server = await begin()
    assert.equal((await send(`${server.url}/ready`)).status, 200)
  })

  test('a wrong number, a wrong configuration, dev, and a port in use: one line and exit code 1', async () => {
    const wrong = async (args: readonly string[], reason: RegExp) => {
      const { code, stderr } = await cloudstead(...args, '--env', ENV, '--data-dir', join(dataDir, 'other'))
      assert.match(stderr, reason)
      assert.match(stderr, /^cloudstead: [^\n]+\n$/)
      assert.equal(code, 1)
    }
    for (const count of ['0', 'x', '65']) {
      await wrong(['start', '--port', '0', '--workers', count], /is not a number of processes \(1 to 64\)/)
    }
    await wrong(['dev', '--port', '0', '--workers', '2'], /dev is one process/)
    const config = join(dataDir, 'wrong.json')
    await writeFile(config, '{ "nothing": 1 }')
    await wrong(['start', '--port', '0', '--workers', '2', '--config', config], /unknown key nothing/)
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => taken.once('listening', done))
    const { port } = taken.address() as { readonly port: number }
    await wrong(['start', '--port', String(port), '--workers', '2'], /port \d+ is in use/)
    taken.close()
  })
})

/** The processes that a process has started. */
function workersOf(pid: number): readonly number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number)
  } catch {
    return []
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
