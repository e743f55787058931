import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { blobId } from '../blob-name.ts'
import { inPieces, listedIds, sampleBytes } from '../blobs.contract.ts'
import type { BlobId } from '../blobs.ts'
import { startFakeS3 } from './fake-s3.fixture.ts'

async function openHere(t: TestContext) {
  const fake = await startFakeS3()
  const blobs = await fake.open()
  t.after(async () => {
    await blobs.close()
    await fake.dispose()
  })
  fake.requests.length = 0
  return { fake, blobs }
}

function idOf(shard: string, count: number): BlobId {
  return blobId({ shard, file: `0mhfg2k3a-0123456789abcdef-${count.toString(36)}` })
}

test('a long list is read page by page, and what is no blob is left out', async (t) => {
  const { fake, blobs } = await openHere(t)
  const ids = Array.from({ length: 2_500 }, (_, at) => idOf(at % 2 ? '00001a' : '20261130', at))
  const foreign = ['p/cloudstead.json', 'p/', 'p/sub/x', `p/${ids[0]}/x`, `p/a b%&<ü>`, `other/${ids[0]}`, `p${ids[0]}`]
  for (const key of [...ids.map((id) => `p/${id}`), ...foreign]) fake.objects.set(key, Buffer.of())
  assert.deepEqual(await listedIds(blobs), ids.toSorted())
  assert.equal(fake.requests.length, 3)
  const after = ids.toSorted()[1_999]
  assert.deepEqual(await listedIds(blobs, after), ids.toSorted().slice(2_000))
  assert.equal(fake.requests.length, 4)
  await blobs.remove([...ids, ...(['', 'cloudstead.json', 'sub/x', '../other'] as BlobId[])])
  assert.equal(fake.requests.filter(({ method }) => method === 'POST').length, 3)
  assert.deepEqual([...fake.objects.keys()], foreign)
})

test('nothing but an id comes into a request of a list', async (t) => {
  const { fake, blobs } = await openHere(t)
  for (const after of ['~', '../x', '0', '']) await listedIds(blobs, after as BlobId)
  assert.ok(fake.requests.every(({ query }) => !query.has('start-after')))
})

test('a list since a time begins with the day before', async (t) => {
  const { fake, blobs } = await openHere(t)
  const ids = ['20261128', '20261129', '20261130', '20261201'].map((day) => idOf(day, 1))
  for (const id of ids) fake.objects.set(`p/${id}`, Buffer.of())
  const listed = async (since: number, after?: BlobId) => {
    const found: BlobId[] = []
    for await (const { id } of blobs.list({ since, ...(after && { after }) })) found.push(id)
    return found
  }
  const since = Date.UTC(2026, 10, 30, 12)
  assert.deepEqual(await listed(since), ids.slice(1))
  assert.equal(fake.requests.at(-1)?.query.get('start-after'), 'p/20261129')
  assert.deepEqual(await listed(since, ids[2]), ids.slice(3))
  assert.deepEqual(await listed(since, ids[0]), ids.slice(1))
  assert.deepEqual(await listed(0), ids)
})

test('a blob counts as young as its name or the store says', async (t) => {
  const { fake, blobs } = await openHere(t)
  const { id } = await blobs.write(inPieces(sampleBytes(5)), { limit: 9 })
  const old = idOf('00001a', 1)
  fake.objects.set(`p/${old}`, Buffer.of())
  const times = new Map<BlobId, number>()
  for await (const blob of blobs.list()) times.set(blob.id, blob.writtenAt)
  assert.equal(times.get(old), Date.UTC(2026, 10, 30))
  assert.ok(Math.abs((times.get(id) ?? 0) - Math.max(Date.now(), Date.UTC(2026, 10, 30))) < 60_000)
})

test('unfinished uploads of ours that are a day old are removed, and no others', async (t) => {
  const { fake, blobs } = await openHere(t)
  const parts = new Map()
  const [old, young] = [25, 23].map((hours) => new Date(Date.now() - hours * 3_600_000)) as [Date, Date]
  fake.uploads.set('1', { key: `p/${idOf('20261130', 1)}`, initiated: old, parts })
  fake.uploads.set('2', { key: `p/${idOf('20261130', 2)}`, initiated: young, parts })
  fake.uploads.set('3', { key: 'p/foreign', initiated: old, parts })
  fake.uploads.set('4', { key: `q/${idOf('20261130', 3)}`, initiated: old, parts })
  fake.uploads.set('5', { key: `p/${idOf('00001a', 4)}`, initiated: old, parts })
  await blobs.removeUnfinished()
  assert.deepEqual([...fake.uploads.keys()], ['2', '3', '4'])
})
