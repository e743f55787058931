import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CloudsteadError, parseCloudPath } from '@cloudstead/protocol'
import fc from 'fast-check'
import type { ListRequest } from './browse.ts'
import { byBytes, listAll } from './list.fixture.ts'
import { ADMIN, ENV, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const { storage } = setup

interface Listed {
  readonly kind: string
  readonly path: string
  readonly name: string
}

async function listed(request: ListRequest, between?: () => Promise<void>): Promise<readonly Listed[]> {
  return (await listAll(storage, request, between)).map(({ kind, path, name }) => ({ kind, path, name }))
}

/** The same, written down a second time and naively. */
function naiveList(paths: readonly string[], { folder = '', startsWith = '', deep = false }: ListRequest): Listed[] {
  const prefix = folder + startsWith
  const found = new Map<string, Listed>()
  for (const path of paths.filter((one) => one.startsWith(prefix))) {
    const slash = deep ? -1 : path.indexOf('/', prefix.length)
    if (slash >= 0) {
      const below = path.slice(0, slash + 1)
      found.set(below, { kind: 'folder', path: below, name: below.slice(folder.length, -1) })
    } else if (!path.endsWith('/')) found.set(path, { kind: 'file', path, name: path.slice(folder.length) })
  }
  return [...found.values()].sort((a, b) => byBytes(a.path, b.path))
}

const segment = fc.oneof(
  fc.constantFrom('a', 'ab', 'b', 'a-b', 'a0', '图', 'é', '\u{1F600}', ' ', '%2F', '\uffff'),
  fc.string({ unit: fc.constantFrom('a', 'b', '.', '-', '0', '~'), minLength: 1, maxLength: 3 }),
)
const cloudPath = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', '/'))
  .map(([segments, end]) => segments.join('/') + end)
  .filter((path) => isAccepted(path))

function isAccepted(path: string): boolean {
  try {
    parseCloudPath(path)
    return true
  } catch {
    return false
  }
}

describe('a listing', () => {
  it('is that of a naive model, for any files, folder, beginning and size of pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(cloudPath, { maxLength: 40 }),
        fc.nat(),
        fc.constantFrom('', '', 'a', 'a/', 'b/a', '图'),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (paths, pick, startsWith, deep, limit) => {
          await setup.clear()
          await setup.seed(paths)
          const folders = ['', ...paths.flatMap((path) => parentsOf(path))]
          const request = { folder: folders[pick % folders.length] ?? '', startsWith, deep, limit }
          assert.deepEqual(await listed(request), naiveList(paths, request))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('goes on where it was when files come and go in between', async () => {
    await setup.clear()
    const names = Array.from({ length: 60 }, (_, index) => `f/${String(index).padStart(3, '0')}`)
    await setup.seed(names)
    let round = 0
    const seen = await listed({ folder: 'f/', limit: 7 }, async () => {
      round += 1
      // What was listed last goes, and something comes before it: neither moves the rest.
      await storage.remove(ADMIN, [`cloud://${ENV}/${names[round * 7 - 1] ?? 'none'}`])
      await setup.seed([`f/${String(round * 7 - 2).padStart(3, '0')}-new`])
    })
    assert.deepEqual(
      seen.map(({ path }) => path),
      names,
    )
  })

  it('shows an empty folder that has a marker, but never the marker', async () => {
    await setup.clear()
    await setup.seed(['a/', 'a/b/c/', 'd'])
    const top = await listed({})
    assert.deepEqual(
      top.map(({ kind, path }) => [kind, path]),
      [
        ['folder', 'a/'],
        ['file', 'd'],
      ],
    )
    assert.deepEqual(await listed({ folder: 'a/b/c/' }), [])
    assert.deepEqual(
      (await listed({ deep: true })).map(({ path }) => path),
      ['d'],
    )
  })

  it('passes over a folder in one step, whatever is in it', async () => {
    await setup.clear()
    await setup.seed(Array.from({ length: 3000 }, (_, index) => `${index % 3}/x/${index}`))
    setup.reads.length = 0
    assert.equal((await storage.listFiles(ADMIN, { limit: 100 })).items.length, 3)
    assert.ok(setup.reads.length <= 5, `${setup.reads.length} walks`)
    assert.ok(setup.reads.reduce((sum, count) => sum + count, 0) <= 120, `${setup.reads} files read`)
  })

  it('has a preview of pictures that browsers show, the same for some minutes', async () => {
    await setup.clear()
    await setup.seed(['a.jpg', 'b.svg', 'c.heic', 'd.html', 'e.png', 'f.txt'])
    setup.useAcl('PRIVATE')
    const previews = async () =>
      (await storage.listFiles(ADMIN, {})).items.map((item) => 'preview' in item && item.preview)
    setup.clock.now += 1000
    const first = await previews()
    assert.deepEqual(
      first.map((url) => typeof url),
      ['string', 'boolean', 'boolean', 'boolean', 'string', 'boolean'],
    )
    assert.match(String(first[0]), /^\/o\/[\w-]+\/a\.jpg\?sign=[0-9a-f]{32}&t=\d+$/)
    setup.clock.now += 1000
    assert.deepEqual(await previews(), first)
    setup.useAcl('READONLY')
    assert.doesNotMatch(String((await previews())[0]), /\?/)
  })

  it('refuses a folder without its slash, a name that cannot be, and a next of another list', async () => {
    const refusedWith = (code: string) => (error: unknown) => error instanceof CloudsteadError && error.code === code
    for (const folder of ['a', '/', 'a//', '../', 'a/./']) {
      await assert.rejects(storage.listFiles(ADMIN, { folder }), refusedWith('INVALID_FILE_NAME'), folder)
    }
    for (const after of ['', '!', Buffer.from('b/x').toString('base64url')]) {
      await assert.rejects(storage.listFiles(ADMIN, { folder: 'a/', after }), refusedWith('INVALID_PARAM'), after)
    }
  })
})

function parentsOf(path: string): readonly string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1))
}
