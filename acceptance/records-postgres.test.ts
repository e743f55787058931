/** A server whose records are in PostgreSQL: the recipe with the real SDK, restarts of either, and wrong starts. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createTicket } from './support/clients.ts'
import { type Cluster, lacksPostgres, startCluster } from './support/postgres.ts'
import { combinationsOf, recipeJourney } from './support/recipe-journey.ts'
import { cloudstead, ENV, type LoginKey, type RunningServer, startServer } from './support/server.ts'
import { act, loginWithTicket, newPerson, own, stored, upload } from './support/wire.ts'

/** A little less than calls wait for the database. */
const CALLS_WAIT_MS = 7_000
const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { orders: { acl: 'PRIVATE' } } } }

describe('records in PostgreSQL', { skip: lacksPostgres() }, () => {
  let scratch: string
  let cluster: Cluster
  let url: string
  let masterKeyFile: string
  let blobsUrl: string
  let server: RunningServer
  let key: LoginKey

  const restart = () => startServer({ config: CONFIG, places: { records: url, masterKeyFile, blobs: blobsUrl } })

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cloudstead-postgres-'))
    cluster = await startCluster()
    url = await cluster.newDatabase()
    masterKeyFile = join(scratch, 'master.key')
    blobsUrl = pathToFileURL(join(scratch, 'files')).href
    const { stdout } = await cloudstead('keys', 'master')
    await writeFile(masterKeyFile, stdout)
    server = await restart()
    key = await server.loginKey()
  })
  after(async () => {
    await server?.stop()
    await cluster?.dispose()
    await rm(scratch, { recursive: true, force: true })
  })

  for (const sdk of ['2.27.2', '3.7.0'] as const) {
    for (const combination of combinationsOf(sdk).slice(0, 1)) {
      recipeJourney(combination, { server: () => ({ server, key }), loginCode: (user) => user, openid: () => '' })
    }
  }

  test('logins, files and documents outlive a kill of the server', async () => {
    const who = await loginWithTicket(server, createTicket(key, 'carol'))
    await upload(server, who, own(who, 'a.txt'), 'hello')
    const order = { collectionName: 'orders', data: { _id: 'carols', title: 'one' } }
    const added = await act(server, who, 'database.addDocument', order)
    assert.equal(added.code, undefined, added.message)
    await server.kill()
    server = await restart()
    const query = { collectionName: 'orders', query: { _id: 'carols' }, limit: 1 }
    const { data } = await act(server, who, 'database.queryDocument', query)
    assert.equal(data.list[0]?.title, 'one')
    assert.equal(String(await stored(server, who, own(who, 'a.txt'))), 'hello')
  })

  test('a restart of PostgreSQL makes calls slower, and none fails', async () => {
    const who = await newPerson(server)
    let running = true
    let count = 0
    const load = async (name: string): Promise<void> => {
      for (let step = 0; running; step++) {
        await upload(server, who, own(who, `${name}-${step}.txt`), name)
        count += 1
      }
    }
    const all = Promise.all(['a', 'b', 'c'].map(load)).finally(() => {
      running = false
    })
    all.catch(() => {})
    let longest = 0
    for (const mode of ['fast', 'immediate'] as const) {
      const before = count
      while (running && count < before + 5) await new Promise((resolve) => setTimeout(resolve, 10))
      const stopping = performance.now()
      await cluster.stop(mode)
      await cluster.start()
      longest = Math.max(longest, performance.now() - stopping)
    }
    running = false
    // Calls wait for 8 s. A machine that is too busy to restart PostgreSQL in that time proves nothing.
    await all.catch((error) => {
      if (longest < CALLS_WAIT_MS) throw error
    })
    for (const name of ['a', 'b', 'c']) assert.equal(String(await stored(server, who, own(who, `${name}-0.txt`))), name)
  })

  test('while PostgreSQL is away for long, calls fail and are not held up; then all is well again', async () => {
    const who = await newPerson(server)
    await cluster.stop('fast')
    const { code } = await act(server, who, 'database.countDocument', { collectionName: 'orders', query: {} })
    assert.equal(code, 'SERVER_BUSY')
    await cluster.start()
    await upload(server, who, own(who, 'after.txt'), 'after')
    assert.equal(String(await stored(server, who, own(who, 'after.txt'))), 'after')
    assert.match(server.log(), /ECONNREFUSED/)
  })

  test('keys and console work on the records in the database', async () => {
    const where = ['--env', ENV, '--records', url, '--master-key-file', masterKeyFile]
    const { stdout } = await cloudstead('keys', 'list', ...where)
    assert.ok(stdout.includes(key.private_key_id), stdout)
    const link = await cloudstead('console', 'link', ...where)
    assert.ok(link.stdout.startsWith(`${server.url}/console/#link=`), link.stdout + link.stderr)
    const created = await cloudstead('keys', 'api', ...where)
    assert.equal(created.code, 0, created.stderr)
  })

  test('CLOUDSTEAD_RECORDS and CLOUDSTEAD_MASTER_KEY say the same as the options', async () => {
    process.env.CLOUDSTEAD_RECORDS = url
    process.env.CLOUDSTEAD_MASTER_KEY = await readFile(masterKeyFile, 'utf8')
    try {
      const { stdout, stderr } = await cloudstead('keys', 'list', '--env', ENV)
      assert.ok(stdout.includes(key.private_key_id), stderr)
    } finally {
      delete process.env.CLOUDSTEAD_RECORDS
      delete process.env.CLOUDSTEAD_MASTER_KEY
    }
  })

  test('the master key can be changed while the server runs', async () => {
    const where = ['--env', ENV, '--records', url]
    const newKeyFile = join(scratch, 'new.key')
    await writeFile(newKeyFile, (await cloudstead('keys', 'master')).stdout)
    const change = ['keys', 'reseal', ...where, '--new-key-file']
    const resealed = await cloudstead(...change, newKeyFile, '--master-key-file', masterKeyFile)
    assert.equal(resealed.code, 0, resealed.stderr)
    assert.ok((await newPerson(server)).uid)
    const former = await cloudstead('keys', 'list', ...where, '--master-key-file', masterKeyFile)
    assert.match(former.stderr, /does not open the secrets/)
    const back = await cloudstead(...change, masterKeyFile, '--master-key-file', newKeyFile)
    assert.equal(back.code, 0, back.stderr)
  })

  describe('a wrong start prints one clear line without the password, and exits with code 1', () => {
    async function refuses(args: readonly string[], reason: RegExp): Promise<void> {
      const { stdout, stderr, code } = await cloudstead(...args)
      assert.match(stderr, reason)
      assert.match(stderr, /^cloudstead: [^\n]+\n$/)
      assert.ok(!stderr.includes(':cloudstead@') && !stderr.includes('s3cret'), stderr)
      assert.equal(stdout, '')
      assert.equal(code, 1)
    }

    const start = (...args: string[]) => ['start', '--env', ENV, '--port', '0', ...args]
    const blobs = () => ['--blobs', blobsUrl]
    const freshBlobs = (name: string) => ['--blobs', pathToFileURL(join(scratch, name)).href]
    const keyFile = () => ['--master-key-file', masterKeyFile]

    test('a URL that is none of PostgreSQL', async () => {
      for (const wrong of ['mysql://u:s3cret@h/db', 'postgres://u:s3cret@h', 'u:s3cret@h/db']) {
        await refuses(start(...blobs(), '--records', wrong, ...keyFile()), /--records .* must look like postgres:/)
      }
    })

    test('no master key, and what is none', async () => {
      await refuses(start(...blobs(), '--records', url), /need a master key .* keys master makes one/)
      const file = join(scratch, 'short.key')
      await writeFile(file, 'c2hvcnQ=')
      await refuses(start(...blobs(), '--records', url, '--master-key-file', file), /short\.key is no master key/)
      await refuses(start('--master-key-file', file), /--records is missing/)
    })

    test('another master key', async () => {
      const file = join(scratch, 'other.key')
      await writeFile(file, (await cloudstead('keys', 'master')).stdout)
      const args = ['keys', 'list', '--env', ENV, '--records', url, '--master-key-file', file]
      await refuses(args, /does not open the secrets/)
    })

    test('no server, no such database, a wrong password', async () => {
      const to = (change: (url: URL) => void): string => {
        const changed = new URL(url)
        change(changed)
        return changed.href
      }
      const absent = to((changed) => {
        changed.port = '1'
      })
      const none = to((changed) => {
        changed.pathname = '/none'
      })
      const wrong = to((changed) => {
        changed.password = 's3cret'
      })
      const where = (records: string) => start(...blobs(), '--records', records, ...keyFile())
      await refuses(where(absent), /no PostgreSQL server to reach at 127\.0\.0\.1:1 \(ECONNREFUSED\)/)
      await refuses(where(none), /has no database "none"/)
      await refuses(where(wrong), /refuses the user "cloudstead"/)
    })

    test('another environment', () =>
      refuses(
        ['start', '--env', 'other-1abcde', '--port', '0', ...blobs(), '--records', url, ...keyFile()],
        /the records of the environment demo-1abcde, not of other-1abcde/,
      ))

    test('the files of another database, and files that are not those of the database', async () => {
      const empty = await cluster.newDatabase()
      await refuses(start(...blobs(), '--records', empty, ...keyFile()), /files belongs to other records/)
      await refuses(start(...freshBlobs('empty'), '--records', url, ...keyFile()), /it is empty, and theirs is not/)
    })

    test('no files, files that are nowhere, and a data directory besides', async () => {
      await refuses(start('--records', url, ...keyFile()), /need --blobs: s3:.* or file:/)
      await refuses(start('--records', url, ...keyFile(), '--blobs', scratch), /--blobs .* must look like s3:/)
      await refuses(start('--records', url, ...keyFile(), ...blobs(), '--data-dir', scratch), /leave it out/)
    })

    test('a data directory whose files were moved elsewhere, without them', async () => {
      const dataDir = join(scratch, 'plain')
      const plain = await startServer({ dataDir, args: freshBlobs('moved') })
      await plain.stop()
      await refuses(start('--data-dir', dataDir), /files of these records are in another store/)
      await (await startServer({ dataDir, args: freshBlobs('moved') })).stop()
    })

    test('a data directory with files, and an empty store for them', async () => {
      const dataDir = join(scratch, 'with files')
      const plain = await startServer({ dataDir, config: CONFIG })
      const who = await newPerson(plain)
      await upload(plain, who, own(who, 'a.txt'), 'a')
      await plain.stop()
      await refuses(start('--data-dir', dataDir, ...freshBlobs('none')), /name files that are in another store/)
    })

    test('dev', () =>
      refuses(['dev', '--port', '0', ...blobs(), '--records', url, ...keyFile()], /dev keeps its records in the data/))
  })
})
