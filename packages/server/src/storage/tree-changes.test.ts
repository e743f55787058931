import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { type CloudPath, CloudsteadError } from '@cloudstead/protocol'
import fc from 'fast-check'
import { ADMIN, storageForFile } from './storage.fixture.ts'
import { parseMove, type TreeProgress } from './tree-changes.ts'

const setup = await storageForFile()
const { storage } = setup
const never = new AbortController().signal

async function last(lines: AsyncIterable<TreeProgress>): Promise<TreeProgress> {
  let end: TreeProgress | undefined
  for await (const line of lines) {
    assert.equal(end?.finished, undefined, 'nothing follows the last line')
    end = line
  }
  assert.ok(end?.finished === true)
  return end
}
const summary = ({ done, total, failed, problems = [] }: TreeProgress) => ({
  done,
  total,
  failed,
  problems: problems.map(({ item, error }) => [item, error.code]),
})
const fine = (done: number) => ({ done, total: done, failed: 0, problems: [] })
const move = (items: Readonly<Record<string, string>>, more: { copy?: boolean; overwrite?: boolean } = {}) => {
  const moves = Object.entries(items).map(([from, to]) => parseMove({ from, to }))
  return last(storage.moveFiles(ADMIN, { items: moves, copy: false, overwrite: false, ...more }, never)).then(summary)
}
const remove = (...paths: readonly string[]) =>
  last(storage.deleteFiles(ADMIN, paths as readonly CloudPath[], never)).then(summary)

beforeEach(() => setup.clear())

describe('moving', () => {
  it('a folder takes along everything below it, its markers too', async () => {
    for (const path of ['a/1', 'a/b/2', 'a/b/c/3', 'ab/4', 'a']) await setup.upload(path, path)
    await setup.seed(['a/', 'a/empty/'])
    assert.deepEqual(await move({ 'a/': 'x/y/' }), fine(3))
    assert.deepEqual(await setup.contents(), {
      a: 'a',
      'ab/4': 'ab/4',
      'x/y/': '',
      'x/y/1': 'a/1',
      'x/y/b/2': 'a/b/2',
      'x/y/b/c/3': 'a/b/c/3',
      'x/y/empty/': '',
    })
  })

  it('a copy leaves everything where it was and shares the bytes', async () => {
    await setup.upload('a/1', 'one')
    const before = await setup.blobs()
    assert.deepEqual(await move({ 'a/': 'b/', 'a/1': 'c' }, { copy: true }), fine(2))
    assert.deepEqual(await setup.contents(), { 'a/1': 'one', 'b/1': 'one', c: 'one' })
    assert.deepEqual(await setup.blobs(), before)
  })

  it('a file that is there stays, unless it may be replaced; the others go on', async () => {
    for (const path of ['a/1', 'a/2', 'b/2', 'b/3']) await setup.upload(path, path)
    await setup.seed(['a/', 'b/'])
    assert.deepEqual(await move({ 'a/': 'b/' }), {
      done: 1,
      total: 2,
      failed: 1,
      problems: [['a/2', 'STORAGE_FILE_EXIST']],
    })
    assert.deepEqual(await setup.paths(), ['a/2', 'b/', 'b/1', 'b/2', 'b/3'])
    assert.deepEqual(await move({ 'a/': 'b/' }, { overwrite: true }), fine(1))
    assert.equal((await setup.contents())['b/2'], 'a/2')
  })

  it('a later item may use what an earlier one left behind', async () => {
    for (const path of ['one', 'two']) await setup.upload(path, path)
    assert.deepEqual(await move({ two: 'three', one: 'two' }), fine(2))
    assert.deepEqual(await setup.contents(), { three: 'two', two: 'one' })
    const chain = Array.from({ length: 40 }, (_, at) => [at === 0 ? 'three' : `link-${at - 1}`, `link-${at}`])
    assert.deepEqual(await move(Object.fromEntries(chain)), fine(40))
    assert.deepEqual(await setup.contents(), { 'link-39': 'two', two: 'one' })
    const copies = [
      { from: 'two', to: 'x' },
      { from: 'two', to: 'y' },
      { from: 'y', to: 'two' },
      { from: 'x', to: 'z' },
    ]
    const request = { items: copies.map(parseMove), copy: true, overwrite: true }
    assert.deepEqual(summary(await last(storage.moveFiles(ADMIN, request, never))), fine(4))
    assert.deepEqual(await setup.contents(), { 'link-39': 'two', two: 'one', x: 'one', y: 'one', z: 'one' })
    assert.deepEqual(summaryCodes(await move({ none: 'x', 'none/': 'y/' })), [
      ['none', 'STORAGE_FILE_NONEXIST'],
      ['none/', 'STORAGE_FILE_NONEXIST'],
    ])
  })

  it('is never without the file: whoever looks finds it at one of the two places', async () => {
    await setup.upload('a/1', 'one')
    let from = 'a/'
    let moving = true
    const look = async () => {
      while (moving) {
        const paths = (await setup.records.find({ space: 'files', limit: 9 })).records.length
        assert.equal(paths, 1)
        await new Promise(setImmediate)
      }
    }
    const looking = look()
    for (const to of ['b/', 'c/', 'd/e/', 'a/']) {
      await move({ [from]: to })
      from = to
    }
    moving = false
    await looking
  })

  it('refuses what cannot be before it does anything', () => {
    for (const [from, to, code] of [
      ['a/', 'a/b/', 'INVALID_PARAM'],
      ['a/b/', 'a/', 'INVALID_PARAM'],
      ['a', 'a', 'INVALID_PARAM'],
      ['a', 'b/', 'INVALID_FILE_NAME'],
      ['a/', 'b', 'INVALID_FILE_NAME'],
      ['', 'b/', 'INVALID_FILE_NAME'],
      ['a/', '', 'INVALID_FILE_NAME'],
      ['a', '../b', 'INVALID_FILE_NAME'],
      ['a', '/b', 'INVALID_FILE_NAME'],
    ] as const) {
      assert.throws(
        () => parseMove({ from, to }),
        (error) => error instanceof CloudsteadError && error.code === code,
        `${from} -> ${to}`,
      )
    }
    assert.deepEqual(parseMove({ from: 'a/', to: 'ab/' }), { from: 'a/', to: 'ab/' })
  })

  it('a name that becomes too long is a problem of that file', async () => {
    await setup.seed(['a/1', `a/${'x'.repeat(840)}`])
    const { done, problems } = await move({ 'a/': 'much-longer/' })
    assert.equal(done, 1)
    assert.deepEqual(
      problems.map(([, code]) => code),
      ['INVALID_FILE_NAME'],
    )
  })

  it('is like renaming in a model, for any files', async () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { maxLength: 12 }), name, name, async (paths, from, to) => {
        fc.pre(from !== to)
        await setup.clear()
        await setup.seed(paths)
        await move({ [`${from}/`]: `${to}/` })
        const expected = new Set(paths)
        for (const one of paths.filter((each) => each.startsWith(`${from}/`))) {
          const target = to + one.slice(from.length)
          if (!paths.includes(target)) expected.add(target) && expected.delete(one)
        }
        assert.deepEqual(await setup.paths(), [...expected].sort())
      }),
      { numRuns: 60 },
    )
  })
})

function summaryCodes({ problems }: ReturnType<typeof summary>): unknown {
  return problems
}

describe('deleting', () => {
  it('files and folders, each once, with their bytes', async () => {
    for (const path of ['a/1', 'a/b/2', 'ab', 'c']) await setup.upload(path, path)
    await setup.seed(['a/', 'a/empty/'])
    assert.deepEqual(await remove('a/', 'a/b/', 'a/1', 'c', 'c'), fine(3))
    assert.deepEqual(await setup.paths(), ['ab'])
    await setup.emptyTrash()
    assert.equal((await setup.blobs()).length, 1)
  })

  it('what is not there is a problem, the rest goes', async () => {
    await setup.upload('a', 'a')
    assert.deepEqual(await remove('none', 'a', 'none/'), {
      done: 1,
      total: 2,
      failed: 2,
      problems: [
        ['none/', 'STORAGE_FILE_NONEXIST'],
        ['none', 'STORAGE_FILE_NONEXIST'],
      ],
    })
  })

  it('tells how far it is, and stops where it is told to', async () => {
    await setup.seed(Array.from({ length: 1000 }, (_, index) => `a/${index}`))
    const stop = new AbortController()
    let lines = 0
    for await (const line of storage.deleteFiles(ADMIN, ['a/' as CloudPath], stop.signal)) {
      lines += 1
      assert.ok(line.total === 1000 && line.failed === 0 && line.finished === undefined)
      // The clock stands still, so without this there is one line at the begin and one at the end.
      setup.clock.now += 100
      if (line.done > 0) stop.abort()
      if (lines === 1) setTimeout(() => (setup.clock.now += 100))
    }
    const left = (await setup.paths()).length
    assert.ok(left > 0 && left < 1000, String(left))
  })

  it('lists a hundred problems at most, and counts them all', async () => {
    const paths = Array.from({ length: 150 }, (_, index) => `none-${index}`)
    const { failed, problems } = await remove(...paths)
    assert.deepEqual([failed, problems.length], [150, 100])
  })
})

describe('counting', () => {
  it('counts what is named twice once, and no markers', async () => {
    for (const path of ['a/1', 'a/b/2', 'c']) await setup.upload(path, '12345')
    await setup.seed(['a/', 'a/empty/'])
    const count = (...paths: readonly string[]) => storage.countFiles(ADMIN, paths as readonly CloudPath[])
    assert.deepEqual(await count('a/', 'a/b/', 'a/1'), { files: 2, bytes: 10, more: false })
    assert.deepEqual(await count(''), { files: 3, bytes: 15, more: false })
    assert.deepEqual(await count('none', 'none/'), { files: 0, bytes: 0, more: false })
  })
})

describe('making a folder', () => {
  it('shows it, once', async () => {
    await storage.createFolder(ADMIN, 'a/b/')
    assert.deepEqual(await setup.paths(), ['a/b/'])
    const refused = (code: string) => (error: unknown) => error instanceof CloudsteadError && error.code === code
    for (const path of ['a/b/', 'a/', ''])
      await assert.rejects(storage.createFolder(ADMIN, path), refused('STORAGE_FILE_EXIST'))
    for (const path of ['x', '../', 'x//', '/x/']) {
      await assert.rejects(storage.createFolder(ADMIN, path), refused('INVALID_FILE_NAME'), path)
    }
  })
})
