import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogin } from './login.ts'
import { createResolver } from './resolve-images.ts'
import type { UrlItem } from './sdk.ts'
import { ACCOUNT, ANONYMOUS, ENV, fakeApp, fakeAuth, fakeWx } from './testing/fakes.ts'

/** A server whose URLs last `maxAge` seconds, and a phone whose clock the test sets. */
function resolverFor(maxAge: number | undefined, edit: (item: UrlItem) => UrlItem = (item) => item) {
  const calls: (readonly string[])[] = []
  const clock = { now: 1_000_000 }
  const app = fakeApp({
    async getTempFileURL({ fileList }) {
      calls.push(fileList)
      return {
        fileList: fileList.map((fileID) =>
          edit({
            fileID,
            tempFileURL: `https://x/${calls.length}`,
            code: 'SUCCESS',
            ...(maxAge === undefined ? {} : { maxAge }),
          }),
        ),
      }
    },
  })
  const login = createLogin(fakeAuth(), fakeWx(ACCOUNT), ANONYMOUS)
  return { resolver: createResolver({ app, login, env: ENV, now: () => clock.now }), calls, clock }
}

const A = `cloud://${ENV}.b/a`

test('a URL is cached until shortly before it expires', async () => {
  const cases: readonly (readonly [maxAge: number | undefined, keptSeconds: number])[] = [
    [7200, 7140],
    [100, 90],
    [undefined, 540],
  ]
  for (const [maxAge, kept] of cases) {
    const { resolver, calls, clock } = resolverFor(maxAge)
    const [first] = await resolver.resolve([A])
    assert.ok(first && first.error === undefined)
    assert.equal(first.expiresAt, clock.now + (maxAge ?? 600) * 1000)
    clock.now += kept * 1000 - 1
    assert.deepEqual(await resolver.resolve([A]), [first])
    clock.now += 1
    assert.equal((await resolver.resolve([A]))[0]?.url, 'https://x/2')
    assert.equal(calls.length, 2)
  }
})

test('refresh bypasses the cache, once for concurrent calls, and updates it', async () => {
  const { resolver, calls } = resolverFor(7200)
  await resolver.resolve([A])
  const both = await Promise.all([resolver.refresh(A), resolver.refresh(A)])
  assert.deepEqual(
    both.map(({ url }) => url),
    ['https://x/2', 'https://x/2'],
  )
  assert.equal((await resolver.resolve([A]))[0]?.url, 'https://x/2')
  assert.equal(calls.length, 2)
  assert.equal((await resolver.refresh('https://x/1')).error?.code, 'INVALID_FILE_ID')
})

test('a file that is missing or failed in the answer has an error, and is requested again', async () => {
  const B = `cloud://${ENV}.b/b`
  const { resolver, calls } = resolverFor(7200, (item) => (item.fileID === B ? { ...item, fileID: 'other' } : item))
  const images = await resolver.resolve([A, B])
  assert.deepEqual(
    images.map(({ error }) => error?.code),
    [undefined, 'SERVER_ERROR'],
  )
  await resolver.resolve([A, B])
  assert.deepEqual(calls, [[A, B], [B]])
})

test('the cache is bounded and drops the oldest URLs', async () => {
  const { resolver, calls } = resolverFor(7200)
  const many = Array.from({ length: 1001 }, (_, index) => `cloud://${ENV}.b/${index}`)
  await resolver.resolve(many)
  const before = calls.length
  await resolver.resolve([many[1000] ?? '', many[1] ?? ''])
  assert.equal(calls.length, before)
  await resolver.resolve([many[0] ?? ''])
  assert.equal(calls.length, before + 1)
})
