import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { transformUnits } from '../shared/css-units.ts'
import { createProject } from '../testing/project-folder.ts'
import { Problems } from './problems.ts'
import { compileStyle } from './wxss.ts'
import { type SelectorScope, transformSelectors } from './wxss-selectors.ts'

describe('lengths', () => {
  const CASES: readonly (readonly [string, string])[] = [
    ['20rpx', 'calc(var(--rpx) * 20)'],
    ['-1.5rpx auto', 'calc(var(--rpx) * -1.5) auto'],
    ['0rpx', '0px'],
    ['calc(100% - 20rpx)', 'calc(100% - calc(var(--rpx) * 20))'],
    ['50vw 100vh 2px', 'calc(var(--vw) * 50) calc(var(--vh) * 100) 2px'],
    ['"20rpx" url(a20rpx.png) #20rpx', '"20rpx" url(a20rpx.png) #20rpx'],
  ]
  for (const [from, to] of CASES) it(`${from} -> ${to}`, () => assert.equal(transformUnits(from), to))
})

describe('selectors', () => {
  const component = { component: 'c-1' }
  const page = { page: 'pages/a/a' }
  const CASES: readonly (readonly [string, SelectorScope, string])[] = [
    ['.a .b', {}, '.a .b'],
    ['.a > view.b, #id', component, '.c-1--a > wx-view.c-1--b, #id'],
    [':host, :host(.big) .a', component, '[wx-host="c-1"], [wx-host="c-1"]:is(.c-1--big) .c-1--a'],
    ['.a', page, ':where([data-wx-page="pages/a/a"]) .a'],
    ['page', page, 'wx-page:where([data-wx-page="pages/a/a"])'],
    ['page', {}, 'wx-page'],
    ['scroll-view::after', {}, ':is(wx-scroll-view, scroll-view)::after'],
    ['.a:not(.b, text):nth-child(2n + 1)', component, '.c-1--a:not(.c-1--b, wx-text):nth-child(2n + 1)'],
    ['input[type="a.b, c"]', component, 'wx-input[type="a.b, c"]'],
    ['.中文', component, '.c-1--中文'],
    ['.a', { ...page, theme: 'dark' }, ':where([data-wx-theme="dark"]) :where([data-wx-page="pages/a/a"]) .a'],
  ]
  for (const [from, scope, to] of CASES) {
    it(`${from} in ${JSON.stringify(scope)}`, () => assert.equal(transformSelectors(from, scope), to))
  }
})

function compile(test: TestContext, files: Record<string, string>, scope: SelectorScope = {}) {
  const project = createProject(files)
  test.after(() => project.remove())
  const problems = new Problems(project.path)
  const read: string[] = []
  const css = compileStyle(join(project.path, 'app.wxss'), {
    root: project.path,
    scope,
    report: problems.error,
    files: read,
  })
  return { css: css.replace(/\s+/g, ' ').trim(), problems: problems.errors, read }
}

describe('a style sheet', () => {
  it('includes its imports, in the scope of the importer, once and in place', (test) => {
    const { css, read } = compile(
      test,
      {
        'app.wxss': "@import './styles/a.wxss';\n@import '/b';\n.c { color: red }",
        'styles/a.wxss': "@import '../app.wxss'; .a { width: 10rpx }",
        'b.wxss': '.b {}',
      },
      { component: 'x-1' },
    )
    assert.equal(css, '.x-1--a { width: calc(var(--rpx) * 10) } .x-1--b {} .x-1--c { color: red }')
    assert.equal(read.length, 3)
  })

  it('drops comments, and ignores braces in strings', (test) => {
    const { css } = compile(test, { 'app.wxss': '/* .x { */ .a::after { content: "}"; } /* } */' })
    assert.equal(css, '.a::after { content: "}"; }')
  })

  it('takes the colour scheme from the phone', (test) => {
    const { css } = compile(test, {
      'app.wxss':
        '@media (prefers-color-scheme: dark) { .a { color: red } } @media (min-width: 600rpx) and (prefers-color-scheme: light) { .b {} }',
    })
    assert.equal(
      css,
      ':where([data-wx-theme="dark"]) .a { color: red } @media (min-width: 300px) { :where([data-wx-theme="light"]) .b {} }',
    )
  })

  it('only converts the units in keyframes and fonts', (test) => {
    const { css } = compile(test, {
      'app.wxss':
        '@keyframes in { from { left: 2rpx } 50% { left: 0 } } @font-face { font-family: a; src: url(x.woff) }',
    })
    assert.equal(
      css,
      '@keyframes in { from { left: calc(var(--rpx) * 2) } 50% { left: 0 } } @font-face { font-family: a; src: url(x.woff) }',
    )
  })

  it('reports the lines of errors', (test) => {
    const { problems } = compile(test, { 'app.wxss': ".a { color: red }\n}\n@import 'none.wxss';\nstray" })
    assert.deepEqual(
      problems.map(({ line, message }) => `${line}: ${message}`),
      ['2: unexpected }', '3: @import: there is no file none.wxss', '4: unexpected "stray"'],
    )
  })
})
