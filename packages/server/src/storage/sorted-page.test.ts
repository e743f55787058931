import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CloudPath, CloudsteadError } from '@cloudstead/protocol'
import fc from 'fast-check'
import { FILES_SPACE, type FileRecord, type FileSort, fileKey, fileOf } from './file-record.ts'
import { byBytes, listAll } from './list.fixture.ts'
import { ADMIN, ENV, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const { storage } = setup

const SORTS = ['name', 'size', 'type', 'changed'] as const
const ORDERS = ['ascending', 'descending'] as const

type Properties = Pick<FileRecord, 'path' | 'size' | 'contentType' | 'updatedAt'>

/** The same, written down a second time and naively. */
function naiveList(files: readonly Properties[], folder: string, sort: FileSort, order: string): readonly string[] {
  const turned = order === 'descending' ? -1 : 1
  const inside = files.filter(({ path }) => path.startsWith(folder) && path !== folder)
  const slashOf = ({ path }: Properties) => path.indexOf('/', folder.length)
  const folders = new Set(
    inside.filter((file) => slashOf(file) >= 0).map((file) => file.path.slice(0, slashOf(file) + 1)),
  )
  const compare = (one: Properties, other: Properties) => {
    if (sort === 'size') return one.size - other.size
    if (sort === 'changed') return one.updatedAt - other.updatedAt
    return sort === 'type' ? byBytes(one.contentType, other.contentType) : 0
  }
  return [
    ...[...folders].sort((one, other) => byBytes(one, other) * (sort === 'name' ? turned : 1)),
    ...inside
      .filter((file) => slashOf(file) < 0)
      .sort((one, other) => turned * (compare(one, other) || byBytes(one.path, other.path)))
      .map(({ path }) => path),
  ]
}

const path = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', 'a-b', 'a0', '图', '\u{1F600}', '\uffff', '~'), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '', '', '/'),
  )
  .map(([segments, end]) => (segments.join('/') + end) as CloudPath)
const file = fc.record({
  path,
  size: fc.constantFrom(0, 1, 2, 255, 256, 10_000_000_000),
  contentType: fc.constantFrom('image/png', 'image/jpeg', 'text/plain', 'application/pdf'),
  updatedAt: fc.constantFrom(1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000),
})

const pathsOf = async (request: Parameters<typeof listAll>[1]) =>
  (await listAll(storage, request)).map((item) => item.path)

describe('a sorted list', () => {
  it('is that of a naive model, for any files, folder, order and size of pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(file, { maxLength: 30, selector: (one) => one.path }),
        fc.constantFrom('', 'a/', 'a/b/'),
        fc.constantFrom(...SORTS),
        fc.constantFrom(...ORDERS),
        fc.integer({ min: 1, max: 9 }),
        async (files, folder, sort, order, limit) => {
          await setup.clear()
          for (const one of files) await setup.seed([one.path], one)
          assert.deepEqual(await pathsOf({ folder, sort, order, limit }), naiveList(files, folder, sort, order))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('reads a page of a large folder from an index, whatever it is sorted by', async () => {
    await setup.clear()
    const names = Array.from({ length: 3000 }, (_, index) => `f/${String(index).padStart(4, '0')}`)
    await setup.seed([...names, 'f/x/1', 'f/x/2', 'f/y/'])
    for (const sort of SORTS) {
      for (const order of ORDERS) {
        setup.reads.length = 0
        const page = await storage.listFiles(ADMIN, { folder: 'f/', sort, order, limit: 100 })
        assert.equal(page.items.length, 100)
        const read = setup.reads.reduce((sum, count) => sum + count, 0)
        assert.ok(read <= 110, `${sort} ${order}: ${read} files read`)
      }
    }
  })

  it('goes on where it was when files come and go in between', async () => {
    await setup.clear()
    const names = Array.from({ length: 40 }, (_, index) => `f/${String(index).padStart(3, '0')}`)
    await setup.seed(names)
    let round = 0
    const seen = await listAll(storage, { folder: 'f/', sort: 'size', limit: 7 }, async () => {
      round += 1
      await storage.remove(ADMIN, [`cloud://${ENV}/${names[round * 7 - 1] ?? 'none'}`])
      await setup.seed([`f/${String(round * 7 - 2).padStart(3, '0')}-new`])
    })
    assert.deepEqual(
      seen.map((item) => item.path),
      names,
    )
  })

  it('has the files that an older version of the program stored without index entries', async () => {
    await setup.clear()
    await setup.seed(['a/1.txt', 'a/2.txt'])
    const all = await setup.records.find({ space: FILES_SPACE, limit: 10 })
    const marks = await setup.records.find({ space: 'auth:indexed', limit: 10 })
    await setup.records.commit([
      ...marks.records.map(({ space, id }) => ({ op: 'delete' as const, space, id })),
      ...all.records.map((record) => {
        const { op, value, entries } = { op: 'put' as const, value: record.value, entries: [] }
        return { op, ...fileKey(ENV, fileOf(record).path), value, entries }
      }),
    ])
    assert.deepEqual(await pathsOf({ folder: 'a/' }), [])
    assert.deepEqual(await pathsOf({ folder: 'a/', sort: 'name' }), ['a/1.txt', 'a/2.txt'])
    assert.deepEqual(await pathsOf({ sort: 'size', order: 'descending' }), ['a/'])
  })

  it('refuses a next of another list, and what it cannot be combined with', async () => {
    await setup.clear()
    await setup.seed(['1', '2', 'a/1', 'b/2'])
    const invalid = (error: unknown) => error instanceof CloudsteadError && error.code === 'INVALID_PARAM'
    const { next = '' } = await storage.listFiles(ADMIN, { sort: 'name', limit: 1 })
    const { next: second = '' } = await storage.listFiles(ADMIN, { sort: 'name', limit: 3 })
    for (const [after, more] of [
      ['', {}],
      ['x', {}],
      ['name.ascending.', {}],
      ['name.ascending.x', {}],
      ['name.ascending.fx', {}],
      [next, { sort: 'size' }],
      [second, { order: 'descending' }],
      [next, { folder: 'b/' }],
    ] as const) {
      await assert.rejects(storage.listFiles(ADMIN, { sort: 'name', after, ...more }), invalid, after)
    }
    for (const more of [{ startsWith: 'a' }, { deep: true }, { contains: 'a' }]) {
      await assert.rejects(storage.listFiles(ADMIN, { sort: 'name', ...more }), invalid)
    }
  })
})
