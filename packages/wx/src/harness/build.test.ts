import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createProject, type ProjectFolder } from '../testing/project-folder.ts'
import { buildMiniProgram, type Site } from './build.ts'
import { BuildError, formatProblem } from './problems.ts'

const PACKAGE = 'miniprogram/pages/a/a'

function project(test: TestContext, files: Readonly<Record<string, string>>): ProjectFolder {
  const made = createProject(files)
  test.after(() => made.remove())
  return made
}

/** What a build reports, and whether there is no program then. */
async function problemsOf(
  test: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<{ message: string; stopsProgram: boolean }> {
  const { path } = project(test, files)
  try {
    const { faults } = await buildMiniProgram({ project: path })
    return { message: faults.map(formatProblem).join('\n'), stopsProgram: false }
  } catch (failure) {
    assert.ok(failure instanceof BuildError, String(failure))
    return { message: failure.message, stopsProgram: true }
  }
}

function text(site: Site, path: string): string {
  const file = site.files.get(path)
  assert.ok(file, `there is no ${path}`)
  return String(file.read())
}

describe('a build', () => {
  it('is a static site with the program, its assets and the harness', async (test) => {
    const { path } = project(test, { 'miniprogram/images/a b.txt': 'asset', 'miniprogram/notes.md': 'not an asset' })
    const site = await buildMiniProgram({ project: path, endpoint: 'http://127.0.0.1:8787', env: 'e-1', user: 'bob' })
    const paths = ['index.html', 'harness.json', 'harness/harness.js', 'program/program.js', 'program/scripts.js']
    for (const one of paths) assert.ok(site.files.has(one), one)
    assert.equal(text(site, 'program/assets/images/a b.txt'), 'asset')
    assert.equal(site.files.has('program/assets/notes.md'), false)
    const harness = JSON.parse(text(site, 'harness.json'))
    assert.deepEqual(harness, { endpoint: 'http://127.0.0.1:8787', env: 'e-1', user: 'bob', live: false })
  })

  it('has a different id for a different program, and the same for the same', async (test) => {
    const made = project(test, {})
    const first = await buildMiniProgram({ project: made.path })
    assert.equal((await buildMiniProgram({ project: made.path })).build, first.build)
    made.write({ 'miniprogram/app.wxss': '.a { color: red }' })
    assert.notEqual((await buildMiniProgram({ project: made.path })).build, first.build)
  })

  it('includes the pages of sub-packages', async (test) => {
    const { path } = project(test, {
      'miniprogram/app.json': '{ "pages": ["pages/a/a"], "subPackages": [{ "root": "more", "pages": ["b/b"] }] }',
      'miniprogram/more/b/b.ts': 'Page({ data: { size: 1 as number } })',
      'miniprogram/more/b/b.wxml': '<view />',
    })
    assert.match(text(await buildMiniProgram({ project: path }), 'program/program.js'), /"more\/b\/b"/)
  })
})

interface Fault {
  readonly name: string
  readonly files: Record<string, string>
  readonly says: RegExp
  /** Whether there is no program then; other faults break only the pages that use the file. */
  readonly stopsProgram?: true
}

const FAULTS: readonly Fault[] = [
  {
    name: 'invalid JSON, with its line',
    files: { 'miniprogram/app.json': '{\n  "pages": ["pages/a/a"],\n}' },
    says: /^miniprogram\/app\.json:3:1: not valid JSON/,
    stopsProgram: true,
  },
  {
    name: 'an unknown page',
    files: { 'miniprogram/app.json': '{ "pages": ["pages/a/a", "pages/b/b"] }' },
    says: /miniprogram\/app\.json: page "pages\/b\/b" has no b\.js or \.ts/,
  },
  {
    name: 'a private API that WeChat does not accept',
    files: { 'miniprogram/app.json': '{ "pages": ["pages/a/a"], "requiredPrivateInfos": ["chooseMedia"] }' },
    says: /requiredPrivateInfos\[0\] "chooseMedia" has to be one of chooseAddress/,
    stopsProgram: true,
  },
  {
    name: 'a tab bar with one tab, to a missing page',
    files: {
      'miniprogram/app.json': '{ "pages": ["pages/a/a"], "tabBar": { "list": [{ "pagePath": "x", "text": "X" }] } }',
    },
    says: /tabBar\.list has 1 tabs[\s\S]*tabBar\.list\[0\] "x" is not in "pages"/,
    stopsProgram: true,
  },
  {
    name: 'a missing component',
    files: { [`${PACKAGE}.json`]: '{ "usingComponents": { "my-card": "/components/card/card" } }' },
    says: /^miniprogram\/pages\/a\/a\.json: component "my-card" is not found at "\/components\/card\/card"$/,
  },
  {
    name: 'a component of a missing package',
    files: { [`${PACKAGE}.json`]: '{ "usingComponents": { "a-a": "made/a", "b-b": "/miniprogram_npm/made/b" } }' },
    says: /"a-a" is not found at "made\/a": it is not in "dependencies".*\n.*"b-b" is not found at/,
  },
  {
    name: 'a component without "component": true',
    files: {
      [`${PACKAGE}.json`]: '{ "usingComponents": { "my-card": "./card" } }',
      'miniprogram/pages/a/card.json': '{}',
      'miniprogram/pages/a/card.js': 'Component({})',
      'miniprogram/pages/a/card.wxml': '<view />',
    },
    says: /miniprogram\/pages\/a\/card\.json: a component needs "component": true/,
  },
  {
    name: 'an unclosed WXML tag, with its line and column',
    files: { [`${PACKAGE}.wxml`]: '<view>\n  <text>a\n</view>' },
    says: /^miniprogram\/pages\/a\/a\.wxml:2:4: missing end tag/,
  },
  {
    name: 'an imported template that does not exist',
    files: { [`${PACKAGE}.wxml`]: '<import src="./row.wxml" />' },
    says: /^miniprogram\/pages\/a\/a\.wxml: there is no file \/pages\/a\/row\.wxml$/,
  },
  {
    name: 'a script with a syntax error',
    files: { [`${PACKAGE}.js`]: 'Page({\n  data: {,\n})' },
    says: /^miniprogram\/pages\/a\/a\.js:2:10: Expected identifier but found ","/,
  },
  {
    name: 'a wxs module with a syntax error',
    files: {
      [`${PACKAGE}.wxml`]: '<wxs src="./m.wxs" module="m" />',
      'miniprogram/pages/a/m.wxs': 'module.exports = {\n',
    },
    says: /^miniprogram\/pages\/a\/m\.wxs:2:1: /,
  },
  {
    name: 'WXSS with an unclosed block',
    files: { 'miniprogram/app.wxss': '.a {\n  color: red;\n' },
    says: /^miniprogram\/app\.wxss:3:1: a block is not closed/,
    stopsProgram: true,
  },
  {
    name: 'a package that package.json does not list',
    files: {
      [`${PACKAGE}.js`]: "require('forgotten')\nPage({})",
      'package.json': '{}',
      'node_modules/forgotten/index.js': '',
    },
    says: /a\.js:1:9: module 'forgotten' is not defined: it is not in "dependencies" of package\.json/,
  },
  {
    name: 'a module of Node',
    files: { [`${PACKAGE}.js`]: "require('fs')\nPage({})" },
    says: /module 'fs' is not defined: it is a module of Node, which WeChat does not have/,
  },
  {
    name: 'a module that does not exist',
    files: { [`${PACKAGE}.js`]: "import { a } from '../../none'\nPage({ a })" },
    says: /a\.js:1:19: module '\.\.\/\.\.\/none' is not defined: there is no such file$/,
  },
  {
    name: 'a script that only esbuild accepts',
    files: { [`${PACKAGE}.js`]: 'Page({ a: /(/ })' },
    says: /a\.js: SyntaxError: Invalid regular expression/,
  },
  {
    name: 'a wxs module that requires a missing one',
    files: {
      [`${PACKAGE}.wxml`]: '<wxs src="./m.wxs" module="m" />',
      'miniprogram/pages/a/m.wxs': "var none = require('./none.wxs')",
    },
    says: /^miniprogram\/pages\/a\/m\.wxs: there is no file \/pages\/a\/none\.wxs$/,
  },
  {
    name: 'a wxs module in WXML with a syntax error',
    files: { [`${PACKAGE}.wxml`]: '<wxs module="m">module.exports = {</wxs>' },
    says: /^miniprogram\/pages\/a\/a\.wxml:1:\d+: /,
  },
  {
    name: 'a tab icon that the theme file does not have',
    files: {
      'miniprogram/app.json': JSON.stringify({
        pages: ['pages/a/a', 'pages/b/b'],
        themeLocation: 'theme.json',
        tabBar: {
          list: [
            { pagePath: 'pages/a/a', text: 'A', iconPath: '@icon' },
            { pagePath: 'pages/b/b', text: 'B', iconPath: '@none' },
          ],
        },
      }),
      'miniprogram/theme.json': '{ "light": { "icon": "a.png" }, "dark": { "icon": "dark.png" } }',
      'miniprogram/a.png': '',
      'miniprogram/pages/b/b.js': 'Page({})',
      'miniprogram/pages/b/b.wxml': '',
    },
    says: /^miniprogram\/app\.json: tabBar\.list\[0\]: there is no file dark\.png\n.*tabBar\.list\[1\]: there is no file @none$/,
  },
]

describe('a build reports the place of a problem:', () => {
  for (const { name, files, says, stopsProgram = false } of FAULTS) {
    it(name, async (test) => {
      const problems = await problemsOf(test, files)
      assert.match(problems.message, says)
      assert.equal(problems.stopsProgram, stopsProgram)
    })
  }

  it('all problems at once', async (test) => {
    const { message } = await problemsOf(test, {
      'miniprogram/app.json': '{ "pages": ["pages/a/a", "pages/b/b"], "entryPagePath": "pages/c/c" }',
      [`${PACKAGE}.json`]: '{ "usingComponents": { "my-card": "./card" } }',
    })
    assert.equal(message.split('\n').length, 4)
  })

  it('a folder without a project', async (test) => {
    const { path } = project(test, {})
    await assert.rejects(buildMiniProgram({ project: `${path}/nothing` }), /there is no such folder/)
    await assert.rejects(
      buildMiniProgram({ project: `${path}/miniprogram/pages` }),
      /app\.json: there is no app\.json$/,
    )
  })
})
