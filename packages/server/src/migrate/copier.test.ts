import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Cluster, lacksPostgres, startCluster } from '../../../../acceptance/support/postgres.ts'
import { entry, put, remove } from '../engines/records/records.fixture.ts'
import type { Records } from '../engines/records/records.ts'
import { type Copier, createCopier, type Side } from './copier.ts'
import { blobsOf, ENV, firstDifference, putFile, removeFile, withSides } from './migrate.fixture.ts'
import { settleBlobs } from './settle-blobs.ts'
import { openState } from './state.ts'
import { verify } from './verify.ts'

async function openCopier(source: Side, target: Side, onStep: () => Promise<void> = async () => {}): Promise<Copier> {
  const state = await openState({ records: target.records, env: ENV, source: 'source', store: 'store' })
  return createCopier({ source, target, state, onStep })
}

async function settle(copier: Copier): Promise<void> {
  do {
    await copier.findSpaces()
    await copier.copy()
  } while ((await copier.follow()) > 0)
}

/** Everything moves but what belongs to machines. */
const STAYING = ['leases', 'nodes', 'cluster']

async function assertEqual(source: Side, target: Side): Promise<void> {
  const spaces = (await source.records.spaces()).filter((space) => !STAYING.includes(space))
  const others = (await target.records.spaces()).filter((space) => space !== 'migration')
  assert.deepEqual(others, spaces)
  assert.equal(await firstDifference(source.records, target.records, spaces), undefined)
}

test('records move with their index entries, and those of machines and stores stay', () =>
  withSides(async (source, target) => {
    const values = Array.from({ length: 250 }, (_, at) => put('doc:a', `r${at}`, `v${at}`, [entry('u', `${at}`, true)]))
    const others = ['leases', 'nodes', 'cluster', 'trash', ''].map((space) => put(space, 'x', space))
    await source.records.commit([...values, ...others])
    await settle(await openCopier(source, target))
    await assertEqual(source, target)
    assert.deepEqual(await target.records.spaces(), ['', 'doc:a', 'migration', 'trash'])
    const { done } = await target.records.commit([put('doc:a', 'new', '', [entry('u', '7', true)])])
    assert.equal(done, false, 'a unique entry is still unique')
    assert.equal((await verify(source, target, 'sample')).records, 252)
  }))

/** Copies records whose unique keys are passed on all the time. */
async function copyRestlessly(source: Side, target: Side): Promise<void> {
  const seats = 40
  const holders = Array.from({ length: seats }, (_, at) => at)
  const seated = () =>
    holders.map((seat, at) => put('doc:seats', `r${at}`, `${seat}`, [entry('seat', `${seat}`, true)]))
  await source.records.commit(seated())
  let random = 7
  const next = (below: number): number => {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((random / 2_147_483_648) * below)
  }
  /** Swaps seats, and moves the last one out and in. */
  const shuffle = async () => {
    const [a, b] = [next(seats), next(seats)]
    const [left = 0, right = 0] = [holders[a], holders[b]]
    holders[a] = right
    holders[b] = left
    const all = seated()
    const changed = [all[a], all[b]].filter((write) => write !== undefined)
    const gone = changed.map(({ space, id }) => remove(space, id))
    assert.equal((await source.records.commit([...gone, ...changed])).done, true)
  }
  /** One after the other: each knows what the one before it did. */
  let shuffled = Promise.resolve()
  const slow: Records = {
    ...source.records,
    // Between two reads of a page or a record, others write.
    async dump(request) {
      const page = await source.records.dump({ ...request, limit: Math.min(request.limit, 3) })
      shuffled = shuffled.then(shuffle)
      await shuffled
      return page
    },
  }
  let refused = 0
  const counting: Records = {
    ...target.records,
    async commit(writes, expectations) {
      const result = await target.records.commit(writes, expectations)
      if (!result.done && result.reason === 'duplicate') refused += 1
      return result
    },
  }
  let steps = 0
  const copier: Copier = await openCopier({ ...source, records: slow }, { ...target, records: counting }, async () => {
    steps += 1
    if (steps % 3 === 0) await copier.follow()
  })
  await copier.findSpaces()
  await copier.copy()
  for (let round = 0; round < 3; round++) await copier.follow()
  assert.ok(refused > 0, 'keys were passed on')
  await settle(await openCopier(source, target))
  await assertEqual(source, target)
}

test('changes beside the copy arrive, also those that pass on unique keys, in any order', () =>
  withSides(copyRestlessly))

describe('between SQLite and PostgreSQL', { skip: lacksPostgres() }, () => {
  let cluster: Cluster | undefined

  before(async () => {
    cluster = await startCluster()
  })

  after(() => cluster?.dispose())

  for (const side of ['source', 'target'] as const) {
    test(`changes beside the copy arrive, with PostgreSQL as the ${side}`, async () => {
      await withSides(copyRestlessly, { [side]: await cluster?.newDatabase() })
    })
  }
})

test('new spaces are found, and a feed that was cut off is made up for', () =>
  withSides(
    async (source, target) => {
      await source.records.commit(Array.from({ length: 300 }, (_, at) => put('doc:a', `${at}`.padStart(3, '0'), 'old')))
      let cutOff = 0
      const counting: Records = {
        ...source.records,
        async changes(request) {
          const result = await source.records.changes(request)
          if (result.truncated) cutOff += 1
          return result
        },
      }
      const copier = await openCopier({ ...source, records: counting }, target)
      await settle(copier)
      // The feed keeps 10 changes.
      for (let at = 0; at < 60; at++)
        await source.records.commit([put('doc:a', `${at}`.padStart(3, '0'), 'new'), put('doc:b', `${at}`, '')])
      await source.records.commit([remove('doc:a', '200'), remove('doc:a', '299')])
      await settle(copier)
      assert.equal(cutOff, 1)
      await assertEqual(source, target)
    },
    { changesKept: 10 },
  ))

test('files are there before their records, and overwritten bytes are removed at the end', () =>
  withSides(async (source, target) => {
    for (let at = 0; at < 30; at++) await putFile(source, `f/${at}.txt`, `text ${at}`)
    let isFirst = true
    const slow: Side = {
      ...source,
      blobs: {
        ...source.blobs,
        async read(id) {
          // Overwritten between the read of the record and that of the bytes.
          if (isFirst) {
            isFirst = false
            await putFile(source, 'f/7.txt', 'again')
            await removeFile(source, 'f/9.txt')
          }
          return source.blobs.read(id)
        },
      },
    }
    const checked: Records = {
      ...target.records,
      async commit(writes, expectations) {
        for (const write of writes) {
          if (write.op !== 'put' || write.space !== 'files') continue
          const { blob } = JSON.parse(write.value)
          assert.ok((await target.blobs.readAll(blob)).length > 0)
        }
        return target.records.commit(writes, expectations)
      },
    }
    const copier = await openCopier(slow, { ...target, records: checked })
    await copier.findSpaces()
    await copier.copy()
    await settle(await openCopier(source, target))
    await putFile(source, 'f/8.txt', 'again')
    await settle(await openCopier(source, target))
    await assertEqual(source, target)
    assert.equal(await settleBlobs(source, target), 0)
    assert.deepEqual(await blobsOf(target), await blobsOf(source))
    assert.deepEqual(await verify(source, target, 'all'), { records: 29, files: 29, damaged: 0 })
  }))

test('a file without bytes, or with damaged ones, does not hold up the others', () =>
  withSides(async (source, target) => {
    const lost = await putFile(source, 'lost.txt', 'lost')
    const short = await putFile(source, 'short.txt', 'whole')
    await putFile(source, 'good.txt', 'good')
    await source.blobs.remove([lost, short])
    await source.blobs.write(
      (async function* () {
        yield Buffer.from('half')
      })(),
      { id: short, limit: 9 },
    )
    await settle(await openCopier(source, target))
    await assertEqual(source, target)
    assert.equal(await settleBlobs(source, target), 1)
    assert.deepEqual(await verify(source, target, 'all'), { records: 3, files: 3, damaged: 2 })
  }))

test('the verification finds what is not the same', () =>
  withSides(async (source, target) => {
    await source.records.commit([put('doc:a', 'x', '1', [entry('i', 'k')])])
    const blob = await putFile(source, 'a.txt', 'text')
    await settle(await openCopier(source, target))
    await target.records.commit([put('doc:a', 'x', '1')])
    assert.equal((await verify(source, target, 'sample')).records, 2)
    await assert.rejects(verify(source, target, 'all'), /the record "x" in "doc:a"/)
    await target.records.commit([put('doc:a', 'y', '1')])
    await assert.rejects(verify(source, target, 'sample'), /has 2 records in "doc:a", the source 1/)
    await source.records.commit([put('doc:a', 'y', '1')])
    await target.blobs.remove([blob])
    await assert.rejects(verify(source, target, 'sample'), /the bytes .* are not the same/)
  }))

test('a second process takes the migration over, and the first one fails', () =>
  withSides(async (source, target) => {
    await source.records.commit([put('doc:a', 'x', '1')])
    const first = await openCopier(source, target)
    const second = await openCopier(source, target)
    await assert.rejects(first.findSpaces(), /another cloudstead migrate has taken over/)
    await settle(second)
    await assertEqual(source, target)
  }))
