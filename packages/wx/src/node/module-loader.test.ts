import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { phoneFor } from '../testing/phone.ts'
import { createMiniProgramRuntime, loadMiniProgramModule, type RuntimeOptions } from './module-loader.ts'

function project(t: TestContext, contents: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'wx-test-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [name, code] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), code)
  }
  return root
}

function globalsFor(t: TestContext): RuntimeOptions {
  const { wx, Page, App } = phoneFor(t)
  return { wx, Page, App }
}

test('modules: only the globals of WeChat are defined', (t) => {
  const absent = `window self document location localStorage navigator fetch XMLHttpRequest WebSocket Blob File FormData
    Headers Request Response URL URLSearchParams AbortController AbortSignal Event EventTarget TextEncoder TextDecoder
    ReadableStream MessageChannel structuredClone queueMicrotask setImmediate atob btoa crypto performance process Buffer
    WebAssembly SharedArrayBuffer Atomics eval`.split(/\s+/)
  const present = `Object Array Promise Map Symbol Proxy Reflect BigInt JSON Math Uint8Array setTimeout clearInterval
    console wx Page App encodeURIComponent require module exports globalThis global Error`.split(/\s+/)
  const root = project(t, {
    'a.js': `exports.absent = [${absent.map((name) => `typeof ${name}`)}]
      exports.present = [${present.map((name) => `typeof ${name}`)}]
      exports.onGlobal = [${absent.map((name) => `'${name}' in globalThis`)}]
      exports.strict = (function () { 'use strict'; return [typeof fetch, typeof process, typeof wx] })()
      exports.arrow = (() => typeof Buffer)()`,
  })
  const seen = loadMiniProgramModule<Record<string, unknown>>(join(root, 'a.js'), globalsFor(t))
  assert.deepEqual(
    seen.absent,
    absent.map(() => 'undefined'),
  )
  assert.deepEqual(
    seen.onGlobal,
    absent.map(() => false),
  )
  assert.ok((seen.present as string[]).every((type) => type !== 'undefined'))
  assert.deepEqual(seen.strict, ['undefined', 'undefined', 'object'])
  assert.equal(seen.arrow, 'undefined')
})

test('modules: the global object is private and writable, and a polyfill on it is a global', (t) => {
  const root = project(t, {
    'a.js': `globalThis.Headers = class { value = 'polyfill' }
      exports.bare = new Headers().value
      exports.same = [globalThis === global, globalThis.wx === wx, globalThis.Page === Page, globalThis.Object === Object]
      exports.viaFunction = Function('return this')() === globalThis && new Function('return this')() === globalThis`,
    'b.js': `exports.bare = new Headers().value`,
  })
  const own = globalThis.Headers
  const runtime = createMiniProgramRuntime(globalsFor(t))
  const seen = runtime.require<Record<string, unknown>>(join(root, 'a.js'))
  assert.deepEqual(seen, { bare: 'polyfill', same: [true, true, true, true], viaFunction: true })
  assert.equal(runtime.require<{ bare: string }>(join(root, 'b.js')).bare, 'polyfill')
  assert.equal(globalThis.Headers, own)
  assert.equal(typeof runtime.globalThis.Headers, 'function')
  assert.throws(() => loadMiniProgramModule(join(root, 'b.js'), globalsFor(t)), TypeError)
})

test('modules: Page and App may be left out; they exist and do nothing', (t) => {
  const root = project(t, {
    'a.js': 'App({ onLaunch() { throw new Error() } }); Page({}); exports.kinds = [typeof Page, typeof App]',
  })
  const { wx } = phoneFor(t)
  const { kinds } = createMiniProgramRuntime({ wx }).require<{ kinds: unknown }>(join(root, 'a.js'))
  assert.deepEqual(kinds, ['function', 'function'])
})

test('modules: no code from strings', (t) => {
  const root = project(t, {
    'a.js': `exports.run = () => new Function('a', 'return a')
      exports.is = (() => 1) instanceof Function && Function.prototype.call.call((x) => x, null, 7)`,
  })
  const seen = loadMiniProgramModule<{ run: () => unknown; is: unknown }>(join(root, 'a.js'), globalsFor(t))
  assert.throws(seen.run, EvalError)
  assert.equal(seen.is, 7)
})

test('modules: instanceof works with values from outside', (t) => {
  const root = project(t, {
    'a.js': 'exports.list = [{ a: new Uint8Array(2).buffer }]; exports.error = new TypeError("x")',
  })
  const seen = loadMiniProgramModule<{ list: unknown; error: unknown }>(join(root, 'a.js'), globalsFor(t))
  assert.deepEqual(seen.list, [{ a: new ArrayBuffer(2) }])
  assert.ok(seen.error instanceof TypeError)
})

test('modules: each runtime has its own registry', (t) => {
  const root = project(t, {
    'a.js': 'exports.b = require("./b"); exports.again = require("./b.js")',
    'b.js': 'module.exports = { a: require("./a"), id: {} }',
  })
  const options = globalsFor(t)
  const runtime = createMiniProgramRuntime(options)
  const first = runtime.require<{ b: { a: unknown; id: object }; again: object }>(join(root, 'a.js'))
  assert.equal(first.b, first.again)
  assert.equal(first.b.a, first)
  assert.equal(runtime.require(pathToFileURL(join(root, 'a.js')).href), first)
  assert.notEqual(loadMiniProgramModule<typeof first>(join(root, 'a.js'), options).b.id, first.b.id)
})

test('modules: resolution of names', (t) => {
  const root = project(t, {
    'app/main.js': `exports.found = ['mp', 'mp/sub', '@s/default', '@s/main', '@s/main/lib/x', 'plain', '../data.json', './folder', '.']
      .map((name) => require(name))`,
    'app/index.js': 'module.exports = "index"',
    'app/folder/package.json': '{"main":"lib/entry"}',
    'app/folder/lib/entry.js': 'module.exports = "folder main"',
    'data.json': '{"json":true}',
    'node_modules/mp/package.json': '{"main":"index.js","miniprogram":"mp_dist"}',
    'node_modules/mp/index.js': 'module.exports = "wrong"',
    'node_modules/mp/mp_dist/index.js': 'module.exports = "mp"',
    'node_modules/mp/mp_dist/sub.js': 'module.exports = "mp sub"',
    'node_modules/@s/default/package.json': '{"main":"index.js"}',
    'node_modules/@s/default/miniprogram_dist/index.js': 'module.exports = "default folder"',
    'node_modules/@s/main/package.json': '{"main":"./lib","exports":{".":"./esm.js"}}',
    'node_modules/@s/main/lib/index.js': 'module.exports = "main"',
    'node_modules/@s/main/lib/x.js': 'module.exports = "x"',
    'app/node_modules/plain/index.js': 'module.exports = "nearest"',
    'node_modules/plain/index.js': 'module.exports = "far"',
  })
  const runtime = createMiniProgramRuntime({ ...globalsFor(t), resolveFrom: root })
  assert.deepEqual(runtime.require<{ found: unknown }>(join(root, 'app/main.js')).found, [
    'mp',
    'mp sub',
    'default folder',
    'main',
    'x',
    'nearest',
    { json: true },
    'folder main',
    'index',
  ])
  assert.equal(runtime.require('plain'), 'far')
  assert.equal(runtime.require(join(root, 'node_modules/mp')), 'mp')
  assert.equal(runtime.require(join(root, 'node_modules/mp/index.js')), 'wrong')
})

test('modules: a missing module fails with its name, and a failed module can be loaded again', (t) => {
  const root = project(t, {
    'a.js': `globalThis.tries = (globalThis.tries || 0) + 1
      if (globalThis.tries === 1) throw new Error('first')
      exports.tries = globalThis.tries`,
    'fs.js': 'require("fs")',
    'node.js': 'require("node:fs")',
  })
  const runtime = createMiniProgramRuntime(globalsFor(t))
  for (const name of ['fs', 'node']) {
    assert.throws(() => runtime.require(join(root, name)), { message: /^module '(node:)?fs' is not defined/ })
  }
  assert.throws(() => runtime.require(join(root, 'none.js')), { message: /is not defined/ })
  assert.throws(() => runtime.require(join(root, 'a.js')), { message: 'first' })
  assert.deepEqual(runtime.require(join(root, 'a.js')), { tries: 2 })
})

test('modules: timer handles are numbers, and dispose stops the timers', async (t) => {
  const root = project(t, {
    'a.js': `exports.start = (done) => {
        const stopped = setTimeout(() => { throw new Error('was stopped') }, 1)
        clearTimeout(stopped)
        const id = setInterval((value) => { clearInterval(id); done([typeof id, typeof stopped, value]) }, 1, 'arg')
      }
      exports.forever = (tick) => setInterval(tick, 1)`,
  })
  const runtime = createMiniProgramRuntime(globalsFor(t))
  const timers = runtime.require<{
    start: (done: (value: unknown) => void) => void
    forever: (tick: () => void) => void
  }>(join(root, 'a.js'))
  assert.deepEqual(await new Promise((resolve) => timers.start(resolve)), ['number', 'number', 'arg'])
  // A running interval would keep the test file from ending.
  await new Promise<void>((resolve) => timers.forever(resolve))
  runtime.dispose()
})
