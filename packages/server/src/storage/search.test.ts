import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import fc from 'fast-check'
import { byBytes, listAll } from './list.fixture.ts'
import { ADMIN, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const { storage } = setup

/** The same, written down a second time and naively. */
function naiveSearch(paths: readonly string[], folder: string, contains: string): readonly string[] {
  const all = paths.flatMap((path) => [
    ...[...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1)),
    ...(path.endsWith('/') ? [] : [path]),
  ])
  const found = new Set(all.filter((path) => path.startsWith(folder) && path !== folder))
  return [...found].filter((path) => path.replace(/\/$/, '').split('/').at(-1)?.includes(contains)).sort(byBytes)
}

const path = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', 'ab', 'xaby', 'b-a', '图a', 'ba'), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '/'),
  )
  .map(([segments, end]) => segments.join('/') + end)

const pathsOf = async (request: Parameters<typeof listAll>[1]) =>
  (await listAll(storage, request)).map((item) => item.path)

describe('a search', () => {
  it('finds what a naive model finds, for any files, folder and size of pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(path, { maxLength: 30 }),
        fc.constantFrom('', 'a/', 'a/b/'),
        fc.constantFrom('a', 'ab', '图', '-', '.'),
        fc.integer({ min: 1, max: 9 }),
        async (paths, folder, contains, limit) => {
          await setup.clear()
          await setup.seed(paths)
          assert.deepEqual(await pathsOf({ folder, contains, limit }), naiveSearch(paths, folder, contains))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('finds any part of a name, in upper or lower case, however an accent is written', async () => {
    await setup.clear()
    await setup.seed(['in/IMG_0001.JPG', 'in/Cafe\u0301/menu.txt', 'in/IMG/x', 'out/img.png'])
    assert.deepEqual(await pathsOf({ folder: 'in/', contains: 'img' }), ['in/IMG/', 'in/IMG_0001.JPG'])
    assert.deepEqual(await pathsOf({ contains: 'CAF\u00c9' }), ['in/Cafe\u0301/'])
    assert.deepEqual(
      (await storage.listFiles(ADMIN, { folder: 'in/', contains: 'menu' })).items[0]?.name,
      'Cafe\u0301/menu.txt',
    )
    assert.deepEqual(await pathsOf({ contains: 'cafe/menu' }), [])
  })

  it('looks at a limited number of files in one request, and goes on after them', async () => {
    await setup.clear()
    for (let from = 0; from < 45_000; from += 5_000) {
      await setup.seed(Array.from({ length: 5_000 }, (_, index) => `many/${String(from + index).padStart(6, '0')}`))
    }
    await setup.seed(['zzz/found'])
    const searched: (number | undefined)[] = []
    const found: string[] = []
    let after: string | undefined
    do {
      const page = await storage.listFiles(ADMIN, { contains: 'FOUND', after })
      searched.push(page.searched)
      found.push(...page.items.map((item) => item.path))
      after = page.next
    } while (after !== undefined)
    assert.deepEqual(searched, [20_000, 20_000, 5_001])
    assert.deepEqual(found, ['zzz/found'])
  })

  it('refuses a next of another search, and what it cannot be combined with', async () => {
    await setup.clear()
    const invalid = (error: unknown) => error instanceof CloudsteadError && error.code === 'INVALID_PARAM'
    for (const after of ['', '!', Buffer.from('b/x').toString('base64url')]) {
      await assert.rejects(storage.listFiles(ADMIN, { folder: 'a/', contains: 'x', after }), invalid, after)
    }
    for (const more of [{ startsWith: 'a' }, { deep: true }]) {
      await assert.rejects(storage.listFiles(ADMIN, { contains: 'x', ...more }), invalid)
    }
  })
})
