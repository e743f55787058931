/** `connect` of the kit keeps `endPointMode` of its `init` options: uploads and pictures in the SDK's GATEWAY mode. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kitForFile, pick } from './support/kit.ts'
import { png } from './support/pictures.ts'
import { serverForFile } from './support/server.ts'

const server = await serverForFile({
  config: { storage: { acl: 'PRIVATE' }, database: { collections: { orders: { acl: 'PRIVATE' } } } },
})
const { phone } = await kitForFile()
const PICTURE = { name: '图片.png', bytes: png(20, 10, 1) }

for (const sdk of ['2.27.2', '3.3.3', '3.7.0'] as const) {
  for (const mode of ['GATEWAY', undefined] as const) {
    test(`js-sdk ${sdk}, ${mode ?? 'CLOUD_API, the default of the kit'}`, async () => {
      const alice = phone(server, {
        sdk,
        login: 'anonymous',
        ...(mode === undefined ? {} : { init: { endPointMode: mode } }),
      })
      const paths: string[] = []
      const { request } = alice.device.wx
      alice.device.wx.request = (options) => {
        const { host, pathname } = new URL(options.url)
        assert.equal(host, server.host)
        paths.push(pathname)
        return request.call(alice.device.wx, options)
      }
      const results = await alice.cloud.uploadAll(await pick(alice, [PICTURE])).done
      const fileIDs = results.map((result) => (result.ok ? result.fileID : assert.fail(JSON.stringify(result))))
      const [image] = await alice.cloud.resolveImages(fileIDs)
      const response = await fetch(image?.url ?? '')
      assert.ok(PICTURE.bytes.equals(Buffer.from(await response.arrayBuffer())))
      const storage = paths.filter((path) => !path.startsWith('/auth/'))
      assert.deepEqual(
        [...new Set(storage.map((path) => path.split('/')[1]))],
        [mode === 'GATEWAY' ? 'v1' : 'web'],
        storage.join(),
      )
    })
  }
}

test('js-sdk 3.7.0 in GATEWAY mode: an update, which it sends as PATCH, fails for good', async () => {
  const bob = phone(server, { sdk: '3.7.0', login: 'anonymous', init: { endPointMode: 'GATEWAY' } })
  await bob.cloud.ensureLogin()
  const { id } = await bob.cloud.db.collection('orders').add({ images: [] })
  const saved = await bob.cloud.saveFileIDs('orders', id, 'images', ['cloud://a.b/c'])
  assert.ok(!saved.ok)
  assert.deepEqual([saved.error.code, saved.error.retryable], ['INVALID_PARAM', false])
  assert.match(saved.error.message, /invalid method "PATCH"/)
})
