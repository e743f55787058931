import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Caller, UserCaller } from '@cloudstead/protocol'
import fc from 'fast-check'
import type { ReadableListRequest } from './list-readable.ts'
import { ADMIN, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const { storage } = setup

const ALICE: UserCaller = { kind: 'user', uid: 'alice', loginType: 'ANONYMOUS', sessionId: 's' }
const ALL = { prefix: '', folders: false, descending: false, limit: 1000 }

/** The paths of the whole list, page by page. */
async function listAll(caller: Caller, request: ReadableListRequest): Promise<readonly string[]> {
  const paths: string[] = []
  let cursor: string | undefined
  do {
    const page = await storage.listReadable(caller, { ...request, cursor })
    assert.ok(page.entries.length <= request.limit)
    paths.push(...page.entries.map((entry) => (typeof entry === 'string' ? entry : entry.path)))
    cursor = page.next
  } while (cursor !== undefined)
  return paths
}

/** The same, written down a second time and naively. */
function naive(paths: readonly string[], readable: (path: string) => boolean, request: ReadableListRequest): string[] {
  const { prefix, folders, descending } = request
  const found = new Set<string>()
  for (const path of paths.filter((one) => one.startsWith(prefix) && readable(one))) {
    const slash = folders ? path.indexOf('/', prefix.length) : -1
    if (slash >= 0) found.add(path.slice(0, slash + 1))
    else if (!path.endsWith('/')) found.add(path)
  }
  const sorted = [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return descending ? sorted.reverse() : sorted
}

const segment = fc.constantFrom('a', 'ab', 'b', 'a-b', '图', '\u{1F600}', 'mine', '\uffff')
const cloudPath = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '', '/'))
  .map(([segments, end]) => segments.join('/') + end)

describe('the list of what a caller may read', () => {
  it('is what the rules allow, in order, for any files, prefix and page', async () => {
    const request = fc.record({
      prefix: fc.constantFrom('', 'a', 'a/', 'a/mine', '图/', 'none'),
      folders: fc.boolean(),
      descending: fc.boolean(),
      limit: fc.integer({ min: 1, max: 5 }),
    })
    const paths = fc.uniqueArray(cloudPath, { maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(paths, request, async (files, asked) => {
        await setup.clear()
        await setup.seed(files)
        setup.useAcl({ read: '/mine/.test(resource.path)', write: false })
        assert.deepEqual(
          await listAll(ALICE, asked),
          naive(files, (path) => path.includes('mine'), asked),
        )
        assert.deepEqual(
          await listAll(ADMIN, asked),
          naive(files, () => true, asked),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('reads a bounded number of files for a page, and finds the file after thousands of others', async () => {
    await setup.clear()
    await setup.seed(Array.from({ length: 4500 }, (_, n) => `files/${n}.png`))
    await setup.seed(['files/z.png'])
    setup.useAcl({ read: "resource.path == 'files/z.png'", write: false })
    const first = await storage.listReadable(ALICE, ALL)
    assert.deepEqual(first.entries, [])
    assert.ok(first.next)
    assert.ok(setup.reads.reduce((sum, read) => sum + read) <= 2100)
    assert.ok(Math.max(...setup.reads) <= 101)
    assert.deepEqual(await listAll(ALICE, ALL), ['files/z.png'])
  })

  it('a folder is skipped in one step, whatever its size', async () => {
    await setup.clear()
    await setup.seed(Array.from({ length: 3000 }, (_, n) => `large/${n}.png`))
    await setup.seed(['other/a.png', 'z.png'])
    for (const descending of [false, true]) {
      setup.reads.length = 0
      const listed = await listAll(ADMIN, { ...ALL, folders: true, descending, limit: 10 })
      assert.deepEqual(listed.toSorted(), ['large/', 'other/', 'z.png'])
      assert.ok(setup.reads.reduce((sum, read) => sum + read) < 60)
    }
  })

  it('has cursors that tell nothing, and are refused for another list or when they are changed', async () => {
    await setup.clear()
    await setup.seed(['a/secret-1.png', 'a/secret-2.png'])
    const asked = { ...ALL, prefix: 'a/', limit: 1 }
    const { next = '' } = await storage.listReadable(ADMIN, asked)
    assert.doesNotMatch(Buffer.from(next.split('.')[1] ?? '', 'base64url').toString('latin1'), /secret/)
    const refused = { code: 'INVALID_PARAM' }
    for (const cursor of ['', 'x', 'a.b', next.slice(0, -3), `${next.slice(0, -4)}AAAA`, next.replace('.', 'x.')]) {
      await assert.rejects(storage.listReadable(ADMIN, { ...asked, cursor }), refused, cursor)
    }
    for (const other of [{ prefix: '' }, { folders: true }, { descending: true }]) {
      await assert.rejects(storage.listReadable(ADMIN, { ...asked, ...other, cursor: next }), refused)
    }
    assert.equal((await storage.listReadable(ADMIN, { ...asked, cursor: next })).entries.length, 1)
  })
})
