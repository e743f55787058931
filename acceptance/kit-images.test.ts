/** Pictures with the kit: batches, shared calls, the cache, expiry, and an error for each picture that cannot be shown. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTicket } from './support/clients.ts'
import { type KitPhone, kitForFile, pick } from './support/kit.ts'
import { proxyForFile } from './support/network-proxy.ts'
import { serverForFile } from './support/server.ts'

const URLS = 'storage.batchGetDownloadUrl'

const server = await serverForFile({ config: { storage: { acl: 'PRIVATE' } } })
const short = await serverForFile({ config: { storage: { acl: 'PRIVATE', tempUrlMaxAge: 1 } } })
const open = await serverForFile({ config: { storage: { acl: 'READONLY' } } })
const key = await server.loginKey()
const proxy = await proxyForFile(server)
const { phone } = await kitForFile()

async function upload(who: KitPhone, count: number): Promise<string[]> {
  const files = await pick(who, [{ name: 'a.png', bytes: Buffer.from('picture') }])
  const all = Array.from({ length: count }, () => files[0] ?? assert.fail())
  const results = await who.cloud.uploadAll(all, { concurrency: 8 }).done
  return results.map((result) => (result.ok ? result.fileID : assert.fail(result.error.message)))
}

describe('resolveImages', () => {
  it('120 fileIDs, some twice: three calls, and every URL in order', async () => {
    const who = phone(proxy, { login: 'anonymous' })
    const fileIDs = await upload(who, 120)
    proxy.seen.length = 0
    const asked = [...fileIDs, ...fileIDs.slice(0, 5)].reverse()
    const images = await who.cloud.resolveImages(asked)
    assert.deepEqual(
      images.map(({ fileID }) => fileID),
      asked,
    )
    assert.equal(new Set(images.map(({ url }) => url)).size, 120)
    assert.deepEqual(proxy.seen, [URLS, URLS, URLS])
    assert.deepEqual(await who.cloud.resolveImages(asked), images)
    assert.deepEqual(proxy.seen, [URLS, URLS, URLS], 'the second time from the cache')
    assert.equal(await (await fetch(images[0]?.url ?? '')).text(), 'picture')
  })

  it('requests of the same turn share one call', async () => {
    const who = phone(proxy, { login: 'anonymous' })
    const fileIDs = await upload(who, 4)
    proxy.seen.length = 0
    const [a = '', b = '', c = '', d = ''] = fileIDs
    const images = await Promise.all([[a], [b, a], [c, d], [d]].map((some) => who.cloud.resolveImages(some)))
    assert.deepEqual(
      images.flat().map(({ fileID, error }) => [fileID, error]),
      [a, b, a, c, d, d].map((fileID) => [fileID, undefined]),
    )
    assert.deepEqual(proxy.seen, [URLS])
  })

  it('no fileIDs: [] and no call', async () => {
    const who = phone(proxy, { login: 'anonymous' })
    assert.deepEqual(await who.cloud.resolveImages([]), [])
    assert.deepEqual(proxy.seen, [])
  })

  it('fileIDs without a URL have an error; the others have a URL', async () => {
    const alice = phone(proxy, { login: 'anonymous' })
    const bob = phone(proxy, { login: 'anonymous' })
    const [mine = ''] = await upload(alice, 1)
    const [theirs = ''] = await upload(bob, 1)
    const images = await alice.cloud.resolveImages([
      mine,
      theirs,
      mine.replace(/[^/]+$/, 'gone.png'),
      mine.replace('demo-1abcde.', 'other-env.'),
      'https://example.com/a.png',
      '',
    ])
    assert.deepEqual(
      images.map(({ error }) => error?.code),
      [
        undefined,
        'STORAGE_EXCEED_AUTHORITY',
        'STORAGE_FILE_NONEXIST',
        'WRONG_ENVIRONMENT',
        'INVALID_FILE_ID',
        'INVALID_FILE_ID',
      ],
    )
    assert.match(images[3]?.error?.message ?? '', /other-env.*demo-1abcde/)
  })

  it('a bad network: retries; no network: an error for each, and no exception', async () => {
    const who = phone(proxy, { login: 'anonymous' })
    const fileIDs = await upload(who, 2)
    proxy.fate = ({ what, before }) => (what === URLS && before === 0 ? 502 : 'pass')
    const images = await who.cloud.resolveImages(fileIDs.slice(0, 1))
    assert.equal(images[0]?.error, undefined)
    proxy.fate = () => 'cut'
    const [known, unknown] = await who.cloud.resolveImages(fileIDs)
    assert.deepEqual([known?.error?.code, unknown?.error?.code], [undefined, 'NETWORK_ERROR'])
    proxy.fate = () => 'pass'
    assert.equal((await who.cloud.resolveImages(fileIDs))[1]?.error, undefined, 'errors are not cached')
  })

  it('another user on the same phone gets nothing from the cache', async () => {
    let id = 'dave'
    const who = phone(proxy, { login: { ticket: async () => createTicket(key, id) } })
    const fileIDs = await upload(who, 1)
    assert.equal((await who.cloud.resolveImages(fileIDs))[0]?.error, undefined)
    await who.cloud.auth.signOut()
    id = 'erin'
    assert.equal((await who.cloud.resolveImages(fileIDs))[0]?.error?.code, 'STORAGE_EXCEED_AUTHORITY')
    const user = await who.cloud.ensureLogin()
    assert.equal(user.ok && user.id, 'erin')
  })
})

describe('expiry', () => {
  it('an expired URL answers 403; refresh returns a new one, and so does resolving again', async () => {
    const who = phone(short, { login: 'anonymous' })
    const fileIDs = await upload(who, 2)
    const [image, other] = await who.cloud.resolveImages(fileIDs)
    assert.ok(image && image.error === undefined)
    assert.deepEqual([image.maxAge, (await fetch(image.url)).status], [1, 200])
    while ((await fetch(image?.url ?? '')).status === 200) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal((await fetch(image?.url ?? '')).status, 403)
    const refreshed = await who.cloud.refresh(fileIDs[0] ?? '')
    assert.notEqual(refreshed.url, image?.url)
    assert.equal((await fetch(refreshed.url ?? '')).status, 200)
    const [, again] = await who.cloud.resolveImages(fileIDs)
    assert.notEqual(again?.url, other?.url)
    assert.equal((await fetch(again?.url ?? '')).status, 200)
  })

  it('URLs of public files do not expire', async () => {
    const who = phone(open, { login: 'anonymous' })
    const [image] = await who.cloud.resolveImages(await upload(who, 1))
    assert.equal((await fetch(image?.url ?? '')).status, 200)
    assert.doesNotMatch(image?.url ?? '', /sign=/)
  })
})
