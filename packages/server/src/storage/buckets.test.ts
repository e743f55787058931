import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bucketOf, NOBODY } from '@cloudstead/protocol'
import { ADMIN, ENV, MAX_FILE_SIZE, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const { storage } = setup
const OWN = bucketOf(ENV)

const idsFor = async (caller: typeof ADMIN | typeof NOBODY) => (await storage.listBuckets(caller)).map(({ id }) => id)

describe('buckets', () => {
  it('are the folders of the first level for administrators, whatever their names', async () => {
    const longest = `${'图'.repeat(282)}xyz`
    await setup.clear()
    await setup.seed(['a/1', 'a/b/2', 'file.png', `${longest}/`, `${OWN}/inside`, 'z/'])
    assert.deepEqual(await idsFor(ADMIN), [OWN, 'a', 'z', longest])
    assert.deepEqual(await idsFor(NOBODY), [OWN])
    assert.equal((await storage.getBucket(ADMIN, longest)).id, longest)
    for (const [caller, id] of [
      [ADMIN, 'none'],
      [ADMIN, 'file.png'],
      [NOBODY, 'a'],
    ] as const) {
      await assert.rejects(storage.getBucket(caller, id), { code: 'NOT_FOUND' })
    }
  })

  it('are public when everybody may read', async () => {
    await setup.clear()
    await setup.seed(['open/1', 'own/1'])
    setup.useAcl({ read: '/^open\\//.test(resource.path)', write: false })
    assert.deepEqual(
      (await storage.listBuckets(ADMIN)).map(({ id, isPublic }) => [id, isPublic]),
      [
        [OWN, false],
        ['open', true],
        ['own', false],
      ],
    )
    setup.useAcl('READONLY')
    assert.deepEqual(await storage.getBucket(NOBODY, OWN), { id: OWN, isPublic: true, maxFileSize: MAX_FILE_SIZE })
  })

  it('are read to a bounded number of entries', async () => {
    await setup.clear()
    const names = Array.from({ length: 10_050 }, (_, n) => `${String(n).padStart(5, '0')}.png`)
    for (let at = 0; at < names.length; at += 1000) await setup.seed(names.slice(at, at + 1000))
    await setup.seed(['zz/1'])
    setup.reads.length = 0
    assert.deepEqual(await idsFor(ADMIN), [OWN])
    assert.ok(setup.reads.reduce((sum, read) => sum + read) < 20_000)
  })
})
