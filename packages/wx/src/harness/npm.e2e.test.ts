import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { assertText, ProgramBrowser, styleOf } from '../testing/program-browser.ts'
import { createProject, type ProjectFolder } from '../testing/project-folder.ts'

const CLOUDBASE = fileURLToPath(new URL('../../../../node_modules/@cloudbase', import.meta.url))

const PROGRAM = {
  'package.json': `{ "type": "module", "dependencies":
    { "@cloudbase/js-sdk": "2.27.2", "@cloudbase/adapter-wx_mp": "1.3.1", "buttons": "1", "plain": "1" } }`,
  'node_modules/buttons/package.json': '{ "miniprogram": "dist" }',
  'node_modules/buttons/dist/index.js': "exports.label = 'from the package'",
  'node_modules/buttons/dist/big/index.json': '{ "component": true, "usingComponents": { "the-inner": "../inner" } }',
  'node_modules/buttons/dist/big/index.wxml': '<view class="face"><the-inner /><image src="./face.svg" /></view>',
  'node_modules/buttons/dist/big/index.wxss': '@import "../common.wxss"; .face { width: 100rpx }',
  'node_modules/buttons/dist/big/index.js':
    "const { label } = require('../index')\nComponent({ created() { console.log(label) } })",
  'node_modules/buttons/dist/big/face.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4" />',
  'node_modules/buttons/dist/common.wxss': '.face { color: rgb(4, 5, 6) }',
  'node_modules/buttons/dist/inner.json': '{ "component": true }',
  'node_modules/buttons/dist/inner.wxml': 'inner',
  'node_modules/buttons/dist/inner.js': 'Component({})',
  'node_modules/plain/package.json': '{ "main": "lib/main.js" }',
  'node_modules/plain/lib/main.js': "module.exports = { part: require('./part'), self: Function('return this')() }",
  'node_modules/plain/lib/part.js': "globalThis.count = (globalThis.count || 0) + 1; module.exports = 'part ' + count",
  'miniprogram/app.json': '{ "pages": ["pages/a/a"], "usingComponents": { "big-button": "buttons/big" } }',
  'miniprogram/pages/a/a.wxml': '<view id="text">{{ text }}</view><view id="sdk">{{ sdk }}</view><big-button />',
  'miniprogram/pages/a/a.js': `
    import cloudbase from '@cloudbase/js-sdk'
    import adapter from '@cloudbase/adapter-wx_mp'
    import { label } from 'buttons'
    import plain from 'plain'
    import { tell } from '../../tell'
    cloudbase.useAdapters(adapter)
    const app = cloudbase.init({ env: 'demo-1abcde' })
    Page({
      data: { text: [label, plain.part, plain.self === globalThis, tell(), typeof window].join(', '), sdk: '' },
      async onLoad() {
        const { error } = await app.auth({ persistence: 'local' }).signInAnonymously()
        this.setData({ sdk: error ? 'failed ' + error.message : Object.keys(wx.getStorageInfoSync().keys).length + ' stored' })
      },
    })`,
  'miniprogram/tell.js': "import plain from 'plain'\nexport const tell = () => plain.part",
}

describe('npm packages in Chromium', { skip: lacksChromium() }, () => {
  let browser: ProgramBrowser
  let project: ProjectFolder

  before(async () => {
    project = createProject(PROGRAM)
    project.link('node_modules/@cloudbase', CLOUDBASE)
    browser = await ProgramBrowser.launch()
  })
  after(async () => {
    await browser.close()
    project.remove()
  })

  it('runs modules once, components with styles and pictures, and the unmodified SDK', async () => {
    const server = await browser.serve({ project: project.path })
    const { page } = await browser.open(server, '/', undefined, async (context) => {
      await context.route('https://*.tcb-api.tencentcloudapi.com/auth/v1/**', (route) => {
        const json = { token_type: 'Bearer', access_token: 'a.b.c', refresh_token: 'r', expires_in: 7200, sub: 'u-1' }
        const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' }
        return route.fulfill({ json, headers })
      })
    })
    await assertText(page, '#text', 'from the package, part 1, true, part 1, undefined')
    await assertText(page, '#sdk', /^[1-9]\d* stored$/)
    assert.equal(await page.innerText('big-button'), 'inner')
    assert.equal(await styleOf(page, 'big-button > wx-view', 'color'), 'rgb(4, 5, 6)')
    assert.equal(await styleOf(page, 'big-button > wx-view', 'width'), '50px')
    const picture = await page.request.get(`${server.url}/program/assets/miniprogram_npm/buttons/big/face.svg`)
    assert.equal(picture.headers()['content-type'], 'image/svg+xml')
  })
})
