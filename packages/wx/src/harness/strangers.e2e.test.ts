/** What programs written for WeChat rely on, and faults in one file that must not stop the rest of a program. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { assertText, type OpenProgram, ProgramBrowser, styleOf } from '../testing/program-browser.ts'
import { createProject, type ProjectFolder } from '../testing/project-folder.ts'

const COMPONENT = '{ "component": true }'

describe("programs as they are, in WeChat's manner", { skip: lacksChromium() }, () => {
  let browser: ProgramBrowser
  const projects: ProjectFolder[] = []

  before(async () => {
    browser = await ProgramBrowser.launch()
  })
  after(async () => {
    await browser.close()
    for (const project of projects) project.remove()
  })

  /** Opens a page of a program; paths are in its folder. */
  const open = async (files: Readonly<Record<string, string>>, path = 'pages/a/a'): Promise<OpenProgram> => {
    const inProgram = Object.entries(files).map(([file, text]) => [`miniprogram/${file}`, text])
    const project = createProject(Object.fromEntries(inProgram))
    projects.push(project)
    return browser.open(await browser.serve({ project: project.path }), `/?path=${path}`)
  }

  it('a wxs module requires others, in files and in WXML', async () => {
    const { page, errors } = await open({
      'pages/a/a.wxml':
        '<wxs src="./m.wxs" module="m" /><wxs module="n">var deep = require("../../deep"); module.exports = deep</wxs>' +
        '<view id="t">{{ m.f(1) }} {{ n.g(2) }}</view>',
      'pages/a/m.wxs': "var b = require('./bem.wxs')\nmodule.exports.f = b.f",
      'pages/a/bem.wxs':
        "var deep = require('/deep.wxs')\nmodule.exports = { f: function (x) { return deep.g(x) + '!' } }",
      'deep.wxs': 'function g(x) { return x + 1 }\nmodule.exports = { g: g }',
    })
    await assertText(page, '#t', '2! 3')
    assert.deepEqual(errors, [])
  })

  it('a wxs module that throws is reported', async () => {
    const { page, errors } = await open({
      'pages/a/a.wxml': '<wxs src="./m.wxs" module="m" /><view id="t">{{ m.f }} shown</view>',
      'pages/a/m.wxs': 'var none = undefined\nmodule.exports.f = none.f',
    })
    await assertText(page, '#t', 'shown')
    await assertText(page, '.error-panel', /reading 'f'/)
    assert.match(errors.join('\n'), /reading 'f'/)
  })

  it('scripts are CommonJS modules', async () => {
    const { page, errors } = await open({
      'pages/a/a.wxml': '<view id="t">{{ t }}</view>',
      'pages/a/a.js': `
        import both, { named, none } from '../../both'
        import * as all from '../../mixed'
        import { late } from '../../circle'
        import plain from '../../plain'
        const { two } = require('../../plain.js')
        Page({ data: { t: [both, named, typeof none, all.one, all.two, late(), plain.two, two, all.none === undefined].join(' ') } })`,
      'both.js': "export default 'default'\nexport const named = 'named'\nexports.other = 1",
      'mixed.js': 'export const one = 1\nexports.two = 2\nmodule.exports.three = 3',
      'circle.js':
        "import { seen } from './other'\nexport const value = 'later'\nexport const late = () => seen() + value",
      'other.js': "import { value } from './circle'\nconst first = typeof value\nexport const seen = () => first + ' '",
      'plain.js': 'export const one = 1\nmodule.exports = { two: 2 }',
    })
    await assertText(page, '#t', 'default named undefined 1 2 undefined later 2 2 true')
    assert.deepEqual(errors, [])
  })

  const BROKEN: Readonly<Record<string, readonly [files: Record<string, string>, says: RegExp]>> = {
    'a script with a syntax error': [{ 'pages/b/b.js': 'Page({,})' }, /pages\/b\/b\.js:1:7: Expected identifier/],
    'a script that throws': [{ 'pages/b/b.js': 'Page({ a: none })' }, /none is not defined/],
    'a module that does not exist': [
      { 'pages/b/b.js': "require('./none')\nPage({})" },
      /module '\.\/none' is not defined: there is no such file/,
    ],
    'a module with an invalid regular expression': [
      { 'pages/b/b.js': "require('../../bad')\nPage({})", 'bad.js': 'module.exports = /(/' },
      /Invalid regular expression/,
    ],
    'a missing package': [
      { 'pages/b/b.js': "import a from 'none-such'\nPage({ a })" },
      /module 'none-such' is not defined: it is not in "dependencies"/,
    ],
    'a template with an error': [{ 'pages/b/b.wxml': '<view>' }, /pages\/b\/b\.wxml:1:2: missing end tag/],
    'an imported template with an error': [
      { 'pages/b/b.wxml': '<import src="../../row" />', 'row.wxml': '<view>' },
      /row\.wxml:1:2: missing end tag/,
    ],
    'a missing template': [{ 'pages/b/b.wxml': '<include src="./none" />' }, /there is no file \/pages\/b\/none\.wxml/],
    'a missing wxs module': [{ 'pages/b/b.wxml': '<wxs src="./none.wxs" module="m" />{{ m.a }}' }, /none\.wxs/],
    'a wxs module with a syntax error': [
      { 'pages/b/b.wxml': '<wxs module="m">var = 1</wxs>' },
      /pages\/b\/b\.wxml:1:\d+: Expected identifier/,
    ],
    'a style sheet with an error': [{ 'pages/b/b.wxss': '.a {' }, /pages\/b\/b\.wxss:1:\d+: a block is not closed/],
  }
  for (const [name, [files, says]] of Object.entries(BROKEN)) {
    it(`${name} breaks its page only`, async () => {
      const { page } = await open({
        'app.json': '{ "pages": ["pages/a/a", "pages/b/b"] }',
        'pages/a/a.wxml': '<view id="t">works</view><view bindtap="go" id="go">go</view>',
        'pages/a/a.js': "Page({ go() { wx.navigateTo({ url: '/pages/b/b' }) } })",
        'pages/b/b.js': 'Page({})',
        'pages/b/b.wxml': '',
        ...files,
      })
      await assertText(page, '#t', 'works')
      await page.goto(page.url().replace('pages/a/a', 'pages/b/b'))
      await assertText(page, '.missing-page', says)
      await assertText(page, '.error-panel', says)
    })
  }

  it('a missing or broken component leaves an empty place, and is reported', async () => {
    const { page } = await open({
      'app.json': '{ "pages": ["pages/a/a"], "usingComponents": { "in-app": "/none/app" } }',
      'pages/a/a.json':
        '{ "usingComponents": { "is-missing": "./none", "is-plugin": "plugin://p/c", "is-broken": "./broken" } }',
      'pages/a/a.wxml': '<view id="t">works</view><in-app/><is-missing/><is-plugin/><is-broken/>',
      'pages/a/broken.json': COMPONENT,
      'pages/a/broken.wxml': '<view>',
      'pages/a/broken.js': 'throw new Error("thrown by a component")',
    })
    await assertText(page, '#t', 'works')
    const panel = await page.innerText('.error-panel')
    for (const says of [/"in-app" is not found/, /"is-missing" is not found/, /plugins exist in WeChat only/]) {
      assert.match(panel, says)
    }
    assert.match(panel, /thrown by a component/)
    assert.match(panel, /broken\.wxml:1:2: missing end tag/)
  })

  it('the scripts of a sub-package run when it is entered', async () => {
    const { page, errors } = await open({
      'app.json': `{ "pages": ["pages/a/a"], "subPackages": [{ "root": "more", "pages": ["b/b"] }, { "root": "/other/", "pages": ["c"] }] }`,
      'app.js': 'App({ log: [] })',
      'pages/a/a.wxml': '<view id="log">{{ log }}</view><view id="go" bindtap="go">go</view>',
      'pages/a/a.js': `Page({
        onShow() { this.setData({ log: getApp().log.join(' ') }) },
        go() { wx.navigateTo({ url: '/more/b/b' }) },
      })`,
      'more/b/b.json': '{ "usingComponents": { "a-b": "../part" } }',
      'more/b/b.wxml': '<view id="log">{{ log }}</view><a-b />',
      'more/b/b.js': "getApp().log.push('page')\nPage({ onLoad() { this.setData({ log: getApp().log.join(' ') }) } })",
      'more/part.json': COMPONENT,
      'more/part.wxml': '<view id="part">part</view>',
      'more/part.js': "getApp().log.push('component')\nComponent({})",
      'other/c.js': 'Page({}); throw new Error("too early")',
      'other/c.wxml': '',
    })
    await assertText(page, '#log', '')
    await page.click('#go')
    await assertText(page, '.is-shown #log', 'component page')
    await assertText(page, '.is-shown #part', 'part')
    assert.deepEqual(errors, [])
  })

  it('require.async and require with a callback load modules of other packages', async () => {
    const { page } = await open({
      'app.json': '{ "pages": ["pages/a/a"], "subPackages": [{ "root": "more", "pages": ["b"] }] }',
      'pages/a/a.wxml': '<view id="t">{{ one }} {{ two }} {{ three }}</view>',
      'pages/a/a.js': `Page({
        onLoad() {
          require.async('../../more/util').then((more) => this.setData({ one: more.name }))
          require('../../more/util.js', (more) => this.setData({ two: more.name }))
          require.async('./none').catch(({ errMsg }) => this.setData({ three: errMsg }))
        },
      })`,
      'more/util.js': "exports.name = 'util'",
      'more/b.js': 'Page({})',
      'more/b.wxml': '',
    })
    await assertText(page, '#t', "util util module './none' is not defined: there is no such file")
  })

  it('getCurrentPages() has the page in onLoad and in attached', async () => {
    const { page } = await open(
      {
        'pages/a/a.json': '{ "usingComponents": { "a-part": "./part" } }',
        'pages/a/a.wxml': '<view id="t">{{ t }}</view><a-part id="part" />',
        'pages/a/a.js':
          'Page({ onLoad() { const pages = getCurrentPages(); this.setData({ t: pages.length + pages[0].route + (pages[0] === this) }) } })',
        'pages/a/part.json': COMPONENT,
        'pages/a/part.wxml': '{{ t }}',
        'pages/a/part.js':
          'Component({ lifetimes: { attached() { this.setData({ t: getCurrentPages().map(({ route, options }) => route + options.x).join() }) } } })',
      },
      'pages/a/a%3Fx=1',
    )
    await assertText(page, '#t', '1pages/a/atrue')
    await assertText(page, '#part', 'pages/a/a1')
  })

  it('the styles of a program do not reach the harness', async () => {
    const { page } = await open({
      'app.wxss':
        '.banner, header, .navigation-bar { display: none } * { letter-spacing: 9px } :root { --ink: rgb(1, 2, 3) }\n' +
        '@media (min-width: 1px) { .banner { opacity: 0 } } #t { color: var(--ink) }',
      'pages/a/a.json': '{ "usingComponents": { "a-part": "./part" } }',
      'pages/a/a.wxml': '<view id="t" class="banner">t</view><view id="u">u</view><a-part />',
      'pages/a/part.json': '{ "component": true, "styleIsolation": "shared" }',
      'pages/a/part.wxml': '',
      'pages/a/part.js': 'Component({})',
      'pages/a/part.wxss': '.banner { visibility: hidden } .phone { display: none }',
    })
    assert.ok(await page.isVisible('header.banner'))
    assert.ok(await page.isVisible('.phone'))
    assert.equal(await styleOf(page, 'header.banner', 'opacity'), '1')
    assert.equal(await styleOf(page, 'header.banner', 'letter-spacing'), 'normal')
    assert.equal(await styleOf(page, '#t', 'display'), 'none')
    assert.equal(await styleOf(page, '#t', 'color'), 'rgb(1, 2, 3)')
    assert.equal(await styleOf(page, '#u', 'letter-spacing'), '9px')
  })

  it('committed packages have modules, components and pictures, also in a sub-package', async () => {
    const button = {
      'index.json': COMPONENT,
      'index.wxml': '<image src="./face.svg" mode="widthFix" />',
      'index.js': "const { name } = require('helper')\nComponent({ lifetimes: { attached() { console.log(name) } } })",
      'face.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4" />',
    }
    const at = (folder: string) =>
      Object.fromEntries(Object.entries(button).map(([file, text]) => [`${folder}/${file}`, text]))
    const { page, errors } = await open(
      {
        'app.json': '{ "pages": ["pages/a/a"], "subPackages": [{ "root": "sub", "pages": ["b/b"] }] }',
        ...at('miniprogram_npm/the-kit/button'),
        'miniprogram_npm/helper/index.js': "exports.name = 'helper'",
        ...at('sub/miniprogram_npm/sub-kit'),
        'sub/b/b.json': '{ "usingComponents": { "a-button": "the-kit/button", "b-button": "sub-kit/index" } }',
        'sub/b/b.wxml': '<a-button id="a" /><b-button id="b" /><view id="t">{{ t }}</view>',
        'sub/b/b.js': "import { name } from 'helper'\nPage({ data: { t: name } })",
      },
      'sub/b/b',
    )
    await assertText(page, '#t', 'helper')
    for (const id of ['#a', '#b']) await page.waitForFunction(`document.querySelector('${id} img')?.naturalWidth === 4`)
    assert.deepEqual(errors, [])
  })

  it('this.createSelectorQuery() has node(), in pages and components', async () => {
    const { page } = await open({
      'pages/a/a.json': '{ "usingComponents": { "a-part": "./part" } }',
      'pages/a/a.wxml': '<canvas id="c" type="2d" /><view id="t">{{ t }}</view><a-part />',
      'pages/a/a.js': `Page({ onReady() {
        this.createSelectorQuery().select('#c').node(({ node }) => this.setData({ t: typeof node.getContext })).exec()
      } })`,
      'pages/a/part.json': COMPONENT,
      'pages/a/part.wxml': '<view class="x">xx</view><view id="p">{{ p }}</view>',
      'pages/a/part.js': `Component({ lifetimes: { ready() {
        this.createSelectorQuery().selectAll('.x, #c').fields({ size: true, node: true }).exec(([found]) => this.setData({ p: found.length }))
      } } })`,
    })
    await assertText(page, '#t', 'function')
    await assertText(page, '#p', '1')
  })

  it('wx.saveFile keeps a temporary file', async () => {
    const { page } = await open({
      'pages/a/a.wxml': '<view id="t">{{ t }}</view>',
      'pages/a/a.js': `Page({ async onLoad() {
        const path = wx.env.USER_DATA_PATH + '/a.txt'
        wx.getFileSystemManager().writeFileSync(path, 'text')
        const failed = await wx.saveFile({ tempFilePath: 'http://tmp/none' }).catch(({ errMsg }) => errMsg)
        const { size } = await wx.getFileInfo({ filePath: path })
        wx.getSavedFileList({ success: ({ fileList, errMsg }) => this.setData({ t: [failed, size, fileList.length, errMsg].join(' ') }) })
      } })`,
    })
    await assertText(page, '#t', /^saveFile:fail .*file not exist 4 \d getSavedFileList:ok$/)
  })

  it('an error because of something that the harness lacks says so', async () => {
    const { page } = await open({
      'pages/a/a.wxml': '<view id="t">{{ t }}</view>',
      'pages/a/a.js': `
        const run = (work) => { setTimeout(work) }
        Page({ data: { t: typeof wx.none + wx.canIUse('none') }, onLoad() {
          run(() => wx.createNothing())
          run(() => wx.nothing.create())
          run(() => { const { destructured } = wx; destructured() })
          run(() => this.animate('#t', [], 100))
          run(() => requirePlugin('somePlugin'))
          run(() => { undefined.own })
        } })`,
    })
    await assertText(page, '#t', 'undefinedfalse')
    await assertText(page, '.error-count', '6')
    const panel = await page.innerText('.error-panel')
    for (const name of ['wx.createNothing', 'wx.nothing', 'wx.destructured', 'this.animate']) {
      assert.ok(panel.includes(`(${name} is not in the browser harness)`), `${name} in ${panel}`)
    }
    assert.match(panel, /requirePlugin\('somePlugin'\): plugins are not in the browser harness/)
  })
})
