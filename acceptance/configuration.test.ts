/** The configuration file: what is refused, and edits while the server runs. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { cloudstead, ENV, type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { act, newPerson, own, type Person, send, temporaryUrl, upload, uploadUrl } from './support/wire.ts'

/** An edited configuration takes effect within this time. */
const RELOAD_MS = 2000

/** Invalid configurations, and the expected message for the operator. */
const BAD_CONFIGS: readonly (readonly [what: string, config: string, reason: RegExp])[] = [
  ['invalid JSON', '{ "storage": ', /not valid JSON/],
  ['not an object', '[]', /must be object/],
  ['an unknown key', '{"stroage":{}}', /unknown key stroage .*did you mean storage\?/],
  ['a nested unknown key', '{"storage":{"tempUrlMaxAeg":1}}', /storage\.tempUrlMaxAeg .*did you mean tempUrlMaxAge\?/],
  ['an unknown key of auth', '{"auth":{"anonymus":true}}', /auth\.anonymus .*did you mean anonymous\?/],
  ['a misspelt preset', '{"storage":{"acl":"READ_ONLY"}}', /storage\.acl.*READONLY/],
  ['a preset that is no string', '{"storage":{"acl":7}}', /storage\.acl/],
  ['a time out of range', '{"storage":{"tempUrlMaxAge":86401}}', /storage\.tempUrlMaxAge/],
  ['a size without a unit', '{"storage":{"maxFileSize":"many"}}', /storage\.maxFileSize/],
  ['a flag that is a string', '{"auth":{"anonymous":"yes"}}', /auth\.anonymous must be boolean/],
  ['an acl of a collection', '{"database":{"collections":{"orders":{"acl":"MINE"}}}}', /orders\.acl/],
  ['a name of a collection', '{"database":{"collections":{"or ders":{}}}}', /or ders/],
  ['a rule that does not parse', '{"storage":{"acl":{"read":"auth.uid ="}}}', /storage\.acl\.read/],
  ['a rule with an unknown name', '{"storage":{"acl":{"read":"process.exit() == 1"}}}', /storage\.acl\.read/],
  ['a rule too long', JSON.stringify({ storage: { acl: { read: `true${' || true'.repeat(200)}` } } }), /1,?024/],
  [
    'a rule nested absurdly deep',
    JSON.stringify({ storage: { acl: { read: `${'('.repeat(500)}true${')'.repeat(500)}` } } }),
    /storage\.acl\.read/,
  ],
]

describe('the server refuses to start with a configuration with', { concurrency: 2 }, () => {
  let scratch: string
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cloudstead-configuration-'))
  })
  after(() => rm(scratch, { recursive: true, force: true }))

  for (const [what, config, reason] of BAD_CONFIGS) {
    test(what, async () => {
      const file = join(scratch, `${what.replaceAll(' ', '-')}.json`)
      await writeFile(file, config)
      const dataDir = `${file}.data`
      const { stdout, stderr, code } = await cloudstead(
        'start',
        '--env',
        ENV,
        '--port',
        '0',
        '--config',
        file,
        '--data-dir',
        dataDir,
      )
      assert.equal(code, 1)
      assert.equal(stdout, '')
      assert.match(stderr, /^cloudstead: [^\n]+\n$/)
      assert.match(stderr, reason)
    })
  }
})

describe('the configuration follows the file while the server runs', () => {
  let server: RunningServer
  let owner: Person
  let path: string
  before(async () => {
    server = await startServer({ config: { storage: { acl: 'PRIVATE' } } })
    owner = await newPerson(server)
    path = own(owner, 'a.txt')
    await upload(server, owner, path, 'hello')
  })
  after(() => server.stop())

  /** Writes the configuration and waits until it takes effect, at most the documented time. */
  async function edited(config: unknown, holds: () => Promise<boolean>): Promise<void> {
    await server.writeConfig(config)
    await eventually(`${JSON.stringify(config)} holds`, holds, RELOAD_MS)
  }

  const nobodyReads = async () => (await temporaryUrl(server, undefined, path)).code === 'SUCCESS'

  test('storage.acl, in both directions', async () => {
    assert.equal(await nobodyReads(), false)
    await edited({ storage: { acl: 'READONLY' } }, nobodyReads)
    await edited({ storage: { acl: { read: false, write: false } } }, async () => !(await nobodyReads()))
    assert.equal((await temporaryUrl(server, owner, path)).code, 'STORAGE_EXCEED_AUTHORITY')
    await edited(
      { storage: { acl: 'PRIVATE' } },
      async () => (await temporaryUrl(server, owner, path)).code === 'SUCCESS',
    )
  })

  test('storage.tempUrlMaxAge', async () => {
    await edited({ storage: { acl: 'PRIVATE', tempUrlMaxAge: 77 } }, async () => {
      const { tempFileURL } = await temporaryUrl(server, owner, path)
      const life = Number(new URL(tempFileURL).searchParams.get('t')) - Date.now() / 1000
      return life > 70 && life <= 78
    })
  })

  test('storage.maxFileSize, also for an earlier ticket', async () => {
    const url = await uploadUrl(server, owner, own(owner, 'big.bin'))
    await edited({ storage: { acl: 'PRIVATE', maxFileSize: '1KB' } }, async () => {
      const { status, text } = await send(url, { method: 'PUT', body: randomBytes(1025) })
      return status === 413 && text.includes('EXCEED_UPLOAD_MAXFILESIZE')
    })
    assert.equal((await send(url, { method: 'PUT', body: randomBytes(1024) })).status, 200)
  })

  test('auth.anonymous', async () => {
    const works = () =>
      newPerson(server).then(
        () => true,
        () => false,
      )
    await edited({ storage: { acl: 'PRIVATE' }, auth: { anonymous: false } }, async () => !(await works()))
    assert.equal((await temporaryUrl(server, owner, path)).code, 'SUCCESS', 'existing logins stay valid')
    await edited({ storage: { acl: 'PRIVATE' } }, works)
  })

  test('database.collections: a new one, its acl, and its removal', async () => {
    const count = () => act(server, undefined, 'database.countDocument', { collectionName: 'notes', query: {} })
    const config = (collections: object) => ({ storage: { acl: 'PRIVATE' }, database: { collections } })
    assert.equal((await count()).code, 'DATABASE_COLLECTION_NOT_EXIST')
    await edited(config({ notes: {} }), async () => (await count()).code === 'DATABASE_PERMISSION_DENIED')
    await edited(config({ notes: { acl: 'READONLY' } }), async () => (await count()).code === undefined)
  })

  // Each kind once, since the file is read as at the start.
  const kinds = ['invalid JSON', 'a nested unknown key', 'a misspelt preset', 'a rule that does not parse']
  for (const [what, config, reason] of BAD_CONFIGS.filter(([name]) => kinds.includes(name))) {
    test(`an invalid edit changes nothing, and the log has the reason: ${what}`, async () => {
      await edited({ storage: { acl: 'READONLY' } }, nobodyReads)
      const before = server.log().length
      await server.writeConfig(config)
      const refused = () => server.log().slice(before).includes('cannot be used')
      await eventually('the log tells', refused, RELOAD_MS)
      const line =
        server
          .log()
          .slice(before)
          .split('\n')
          .find((text) => text.includes('cannot be used')) ?? '{}'
      assert.match((JSON.parse(line) as { reason: string }).reason, reason)
      assert.equal(await nobodyReads(), true)
    })
  }
})
