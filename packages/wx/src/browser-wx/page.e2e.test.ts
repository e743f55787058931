import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { openPhones, type Phones } from '../testing/browser-phone.ts'

/** A page like those of the runtime: built-in elements are `wx-*`, the classes of a component have its prefix. */
const CONTENT = `<wx-view id="top" class="row" data-n="1" style="display:block;height:100px">one</wx-view>
  <wx-view class="row other" style="display:block;height:50px;color:rgb(1, 2, 3)">two</wx-view>
  <x-card id="card"><wx-view class="s1--row" style="display:block;height:10px"></wx-view></x-card>
  <div style="height:2000px"></div><wx-text id="end" style="display:block;height:20px">end</wx-text>`

describe('wx and the page, in a browser', { skip: lacksChromium(), timeout: 90_000 }, () => {
  let phones: Phones
  before(async () => {
    phones = await openPhones()
  })
  after(() => phones.close())

  const open = async (options = {}) => {
    const phone = await phones.open(options)
    await phone.run('phone.page.innerHTML = args', CONTENT)
    return phone
  }

  it('createSelectorQuery: rectangles, sizes, fields, scroll offsets, many at once, within a component', async () => {
    const phone = await open()
    const results = await phone.run<unknown[]>(
      `phone.page.scrollTop = 30
      const own = []
      const query = wx.createSelectorQuery()
      query.select('#top').boundingClientRect((rect) => own.push(rect.height))
      query.selectAll('view.row').fields({ size: true, dataset: true })
      query.selectViewport().scrollOffset()
      query.select('.none').boundingClientRect()
      query.select('.other').fields({ computedStyle: ['color'], id: true, properties: ['scrollTop'] })
      query.in({ _$: { $$: document.getElementById('card') } }).selectAll('.row').fields({ size: true })
      const all = await new Promise((resolve) => query.exec(resolve))
      return [own, ...all]`,
    )
    const [own, top, rows, viewport, none, other, inCard] = results as Record<string, unknown>[]
    assert.deepEqual(own, [100])
    assert.deepEqual(top, {
      id: 'top',
      dataset: { n: '1' },
      left: 0,
      top: -30,
      right: 390,
      bottom: 70,
      width: 390,
      height: 100,
    })
    assert.deepEqual(rows, [
      { dataset: { n: '1' }, width: 390, height: 100 },
      { dataset: {}, width: 390, height: 50 },
      { dataset: {}, width: 390, height: 10 },
    ])
    assert.equal(viewport?.scrollTop, 30)
    assert.ok(Number(viewport?.scrollHeight) > 2000)
    assert.equal(none, null)
    assert.deepEqual(other, { id: '', scrollTop: 0, color: 'rgb(1, 2, 3)' })
    assert.deepEqual(inCard, [{ width: 390, height: 10 }])
  })

  it('pageScrollTo: to a position, to a node; answers once it has arrived', async () => {
    const phone = await open()
    const result = await phone.run(
      `await wx.pageScrollTo({ scrollTop: 120, duration: 30 })
      const first = phone.page.scrollTop
      await wx.pageScrollTo({ selector: '.other', duration: 0, offsetTop: -5 })
      return [first, phone.page.scrollTop, (await wx.pageScrollTo({ selector: '.none' }).catch((e) => e)).errMsg]`,
    )
    assert.deepEqual(result, [120, 95, 'pageScrollTo:fail selector ".none" matches nothing'])
  })

  it('createIntersectionObserver: reports when a node comes into view, until disconnected', async () => {
    const phone = await open()
    const result = await phone.run<{ id: string; intersectionRatio: number }[]>(
      `const seen = []
      const observer = wx.createIntersectionObserver()
      let tell
      const next = () => new Promise((resolve) => { tell = resolve })
      let told = next()
      observer.relativeToViewport().observe('#end', (event) => { seen.push(event); tell() })
      await told
      told = next()
      phone.page.scrollTop = 10000
      await told
      observer.disconnect()
      phone.page.scrollTop = 0
      await later(50)
      return seen`,
    )
    assert.deepEqual(
      result.map(({ id, intersectionRatio }) => [id, intersectionRatio]),
      [
        ['end', 0],
        ['end', 1],
      ],
    )
  })

  it('navigation, bars and pull-down refresh reach the runtime, and fail with its texts', async () => {
    const phone = await open({ app: { pages: [], tabBar: { list: [{ pagePath: 'a', text: 'a' }] } } })
    const outcome = await phone.run<{ texts: unknown[]; calls: unknown[] }>(
      `const { eventChannel } = await wx.navigateTo({ url: '/pages/b/b?x=1', events: { hello() {} } })
      eventChannel.emit('hi', 1)
      const texts = [(await wx.navigateTo({ url: 'missing' }).catch((e) => e)).errMsg, (await wx.switchTab({}).catch((e) => e)).errMsg]
      await wx.navigateBack()
      await wx.navigateBack({ delta: 2 })
      await wx.setNavigationBarTitle({ title: '订单' })
      await wx.setNavigationBarColor({ frontColor: '#ffffff', backgroundColor: '#123456' })
      texts.push((await wx.setNavigationBarColor({ frontColor: 'red', backgroundColor: '#123456' }).catch((e) => e)).errMsg)
      await wx.startPullDownRefresh(); await wx.stopPullDownRefresh()
      await wx.setTabBarBadge({ index: 0, text: '12345' }); await wx.removeTabBarBadge({ index: 0 }); await wx.showTabBarRedDot({ index: 0 })
      texts.push((await wx.setTabBarBadge({ index: 3, text: '1' }).catch((e) => e)).errMsg)
      return { texts, calls: phone.calls }`,
    )
    assert.deepEqual(outcome.texts, [
      'navigateTo:fail page "missing" is not found',
      'switchTab:fail parameter error: parameter.url should be String instead of Undefined;',
      'setNavigationBarColor:fail invalid frontColor "red"',
      'setTabBarBadge:fail parameter error: parameter.index is invalid',
    ])
    assert.deepEqual(outcome.calls, [
      ['navigateTo', '/pages/b/b?x=1'],
      ['events', ['hello']],
      ['emit', 'hi', 1],
      ['navigateTo', 'missing'],
      ['navigateBack', 1],
      ['navigateBack', 2],
      ['title', '订单'],
      ['color', { frontColor: '#ffffff', backgroundColor: '#123456' }],
      ['pull', 'start'],
      ['pull', 'stop'],
      ['badge', 0, '...'],
      ['badge', 0, undefined],
      ['dot', 0, true],
    ])
    const without = await phones.open()
    assert.equal(
      await without.run('return wx.showTabBarRedDot({ index: 0 }).catch((e) => e.errMsg)'),
      'showTabBarRedDot:fail not TabBar page',
    )
  })
})
