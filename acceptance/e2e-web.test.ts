/** R29: a web front end with the same, unmodified js-sdk, in a real browser and from another origin. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { scriptSite } from './support/sdk-site.ts'
import { type RunningServer, startServer } from './support/server.ts'
import type { WebSite } from './support/web-site.ts'

const ENV = 'demo-1abcde'

/** The script of the page, which stores its results for the test. */
const PROGRAM = `
import cloudbase from 'SDK'
window.run = async (endpoint) => {
  const app = cloudbase.init({ env: '${ENV}', endPointMode: 'CLOUD_API' })
  app.registerEndPoint(endpoint + '/web', 'http')
  app.registerEndPointWithKey({ key: 'GATEWAY', url: endpoint + '/v1', protocol: 'http' })
  const auth = app.auth({ persistence: 'local' })
  await auth.signInAnonymously()
  const { uid } = (await auth.getLoginState()).user
  const canvas = document.createElement('canvas')
  canvas.width = 40
  canvas.height = 30
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
  const progress = []
  const uploads = []
  for (const method of ['put', 'post']) {
    const { fileID } = await app.uploadFile({
      cloudPath: 'users/' + uid + '/中文 ' + method + '.png',
      filePath: new File([blob], 'a.png', { type: 'image/png' }),
      method,
      onUploadProgress: ({ loaded, total }) => progress.push(loaded / total),
    })
    uploads.push(fileID)
  }
  const { fileList } = await app.getTempFileURL({ fileList: uploads })
  const sizes = []
  for (const { tempFileURL } of fileList) {
    const image = new Image()
    image.src = tempFileURL
    await image.decode()
    sizes.push([image.naturalWidth, image.naturalHeight])
  }
  const orders = app.database().collection('orders')
  const { id } = await orders.add({ images: uploads, createdAt: new Date(0) })
  const { data } = await orders.doc(id).get()
  const removed = await app.deleteFile({ fileList: uploads })
  return {
    uploads, progress, sizes,
    images: data[0].images,
    isDate: data[0].createdAt instanceof Date,
    removed: removed.fileList.map(({ code }) => code),
  }
}
`

interface Answers {
  readonly uploads: readonly string[]
  readonly progress: readonly number[]
  readonly sizes: readonly (readonly [number, number])[]
  readonly images: readonly string[]
  readonly isDate: boolean
  readonly removed: readonly string[]
}

const SDKS = ['@cloudbase/js-sdk', '@cloudbase/js-sdk-3'] as const

describe('R29: a web front end', { skip: lacksChromium() }, () => {
  let cloudstead: RunningServer
  let sites: readonly WebSite[]
  let browser: Browser

  before(async () => {
    sites = await Promise.all(SDKS.map((sdk) => scriptSite(PROGRAM.replace('SDK', sdk), import.meta.dirname)))
    const config = {
      database: { collections: { orders: { acl: 'PRIVATE' } } },
      security: { webDomains: sites.map(({ port }) => `127.0.0.1:${port}`) },
    }
    ;[cloudstead, browser] = await Promise.all([startServer({ config }), launchChromium()])
  })
  after(async () => {
    await browser.close()
    for (const site of sites) site.close()
    await cloudstead.stop()
  })

  for (const [index, sdk] of SDKS.entries()) {
    it(`${sdk} logs in, uploads both ways, shows the pictures and saves an order`, async () => {
      const page: Page = await browser.newPage()
      try {
        await page.goto(`http://127.0.0.1:${sites[index]?.port}/`)
        const answers: Answers = await page.evaluate(
          (endpoint) => (globalThis as unknown as { run(url: string): Promise<Answers> }).run(endpoint),
          cloudstead.url.replace('http:', ''),
        )
        assert.equal(answers.uploads.length, 2)
        for (const fileID of answers.uploads)
          assert.match(fileID, /^cloud:\/\/demo-1abcde\..*\/users\/.*\/中文 (put|post)\.png$/)
        assert.deepEqual(answers.sizes, [
          [40, 30],
          [40, 30],
        ])
        assert.ok(answers.progress.length > 0 && answers.progress.every((part) => part >= 0 && part <= 1))
        assert.deepEqual(answers.images, answers.uploads)
        assert.ok(answers.isDate)
        assert.deepEqual(answers.removed, ['SUCCESS', 'SUCCESS'])
      } finally {
        await page.close()
      }
    })
  }
})
