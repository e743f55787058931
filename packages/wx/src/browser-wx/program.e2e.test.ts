import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { openPhones, type Phones } from '../testing/browser-phone.ts'

describe('wx and the program, in a browser', { skip: lacksChromium(), timeout: 90_000 }, () => {
  let phones: Phones
  before(async () => {
    phones = await openPhones()
  })
  after(() => phones.close())

  it('login returns a code of the simulated user; launch options, account and endpoint are those of the harness', async () => {
    const phone = await phones.open({ user: 'alice', endpoint: 'http://127.0.0.1:1', env: 'demo-1abcde' })
    const launch = { path: 'pages/a/a', query: { id: '1' }, scene: 1001, referrerInfo: {}, apiCategory: 'default' }
    assert.deepEqual(
      await phone.run(
        `return [await wx.login(), await settle((c) => wx.checkSession(c)), wx.getLaunchOptionsSync(), wx.getEnterOptionsSync(),
          wx.getExtConfigSync(), wx.getAccountInfoSync().miniProgram.appId, wx.env]`,
      ),
      [
        { code: 'dev:alice', errMsg: 'login:ok' },
        { ok: { errMsg: 'checkSession:ok' } },
        launch,
        launch,
        { endpoint: 'http://127.0.0.1:1', env: 'demo-1abcde' },
        'wxdev0000000000000',
        { USER_DATA_PATH: 'wxfile://usr' },
      ],
    )
  })

  it('device: size of the simulated phone, language, and dark mode only if app.json enables it', async () => {
    const phone = await phones.open({ language: 'zh_CN', colorScheme: 'dark' })
    const info = await phone.run<Record<string, unknown>>('return wx.getSystemInfoSync()')
    const { screenWidth, screenHeight, windowWidth, platform, language, theme } = info
    assert.deepEqual(
      [screenWidth, screenHeight, windowWidth, platform, language, theme],
      [390, 844, 390, 'devtools', 'zh_CN', 'light'],
    )
    assert.equal('AppPlatform' in info, false)
    const dark = await phones.open({ app: { pages: [], darkmode: true }, colorScheme: 'dark' })
    assert.equal(await dark.run('return wx.getAppBaseInfo().theme'), 'dark')
    const background = `void wx.showModal({ title: 't' }); await later(50)
      return getComputedStyle(document.querySelector('.wxui-dialog')).backgroundColor`
    assert.equal(await dark.run(background), 'rgb(44, 44, 44)')
    assert.equal(await phone.run(background), 'rgb(255, 255, 255)')
    const changed = dark.run<string>('return new Promise((resolve) => wx.onThemeChange(({ theme }) => resolve(theme)))')
    await dark.page.emulateMedia({ colorScheme: 'light' })
    assert.equal(await changed, 'light')
  })

  it('calls that are not simulated are undefined; canIUse; Base64; nextTick', async () => {
    const phone = await phones.open()
    assert.deepEqual(
      await phone.run(
        `const buffer = new Uint8Array([0, 250, 3]).buffer
        const order = []
        await new Promise((resolve) => { wx.nextTick(() => { order.push('tick'); resolve() }); order.push('now') })
        return [typeof wx.cloud, typeof wx.scanCode, wx.canIUse('chooseMedia.object.count'), wx.canIUse('scanCode'),
          wx.arrayBufferToBase64(buffer), [...new Uint8Array(wx.base64ToArrayBuffer('APoD'))], order]`,
      ),
      ['undefined', 'undefined', true, false, 'APoD', [0, 250, 3], ['now', 'tick']],
    )
  })

  it('errors in callbacks, timers and promises are reported to the program, and nothing else breaks', async () => {
    const phone = await phones.open()
    const told = await phone.run<{ texts: string[]; reasons: string[]; after: string }>(
      `const texts = [], reasons = []
      wx.onError((text) => texts.push(text.split('\\n').slice(0, 2).join('|')))
      wx.onUnhandledRejection(({ reason }) => reasons.push(reason.message))
      wx.getSystemInfo({ success() { throw new Error('in success') } })
      setTimeout(() => { throw new Error('in timer') })
      Promise.reject(new Error('in promise'))
      await later(50)
      return { texts, reasons, after: (await wx.login()).errMsg }`,
    )
    assert.deepEqual(told.texts.sort(), ['MiniProgramError|in success', 'MiniProgramError|in timer'])
    assert.deepEqual([told.reasons, told.after], [['in promise'], 'login:ok'])
  })

  it('calls that need WeChat do nothing, and log that once', async () => {
    const phone = await phones.open()
    await phone.run(
      `wx.reportEvent('a', {}); wx.reportEvent('b', {})
      wx.getRealtimeLogManager().info('x'); wx.getUpdateManager().onUpdateReady(() => {}); wx.getLogManager().warn('x')`,
    )
    const said = phone.console.filter((line) => line.includes('does nothing'))
    assert.deepEqual(said, [
      'wx.reportEvent does nothing in the browser harness',
      'wx.getRealtimeLogManager().info does nothing in the browser harness',
      'wx.getUpdateManager().onUpdateReady does nothing in the browser harness',
      'wx.getLogManager().warn does nothing in the browser harness',
    ])
  })
})
