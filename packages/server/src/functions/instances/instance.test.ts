import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { FunctionDefinition } from '../definition.ts'
import type { Detour } from '../host/messages.ts'
import { definitionOf, directoryWith, put } from './function-files.fixture.ts'
import { LoadError, startInstance } from './instance.ts'

interface Given {
  readonly definition?: Partial<FunctionDefinition>
  readonly environment?: Readonly<Record<string, string>>
  readonly detours?: readonly Detour[]
}

/** An instance of a function with this code. */
function startCode(t: TestContext, code: string, { definition, environment = {}, detours = [] }: Given = {}) {
  const directory = directoryWith(t, { 'fn/index.js': code, 'scratch/.keep': '' })
  const lines: string[] = []
  const instance = startInstance({
    env: 'demo-1abcde',
    definition: definitionOf(directory, 'fn', definition),
    environment: { PATH: process.env.PATH ?? '', ...environment },
    scratch: `${directory}/scratch`,
    detours,
    line: ({ stream, text }) => lines.push(`${stream} ${text}`),
    started() {},
    ended() {},
  })
  t.after(() => instance.kill())
  const call = async (event: unknown = {}, variables: Readonly<Record<string, string>> = {}) => {
    const { outcome, lines } = instance.call({ event: JSON.stringify(event), requestId: 'r1', variables })
    return { ...(await outcome), lines: lines.map(({ text }) => text) }
  }
  return { instance, lines, call, directory }
}

test('a call gets its event, its context and its variables, and its lines', async (t) => {
  const { instance, call } = startCode(
    t,
    `console.log('loading')
     exports.main = async (event, context) => {
       console.log('out', event.n); console.error('err'); process.stdout.write('no line end')
       return { n: event.n + 1, id: context.request_id, who: process.env.WHO, cwd: process.cwd() === __dirname }
     }`,
  )
  await instance.loaded
  const first = await call({ n: 1 }, { WHO: 'mia' })
  assert.equal(first.type === 'result' && first.result, '{"n":2,"id":"r1","who":"mia","cwd":true}')
  assert.deepEqual(first.lines.toSorted(), ['err', 'loading', 'no line end', 'out 1'])
  // The variables of one call are gone in the next.
  const second = await call({ n: 5 })
  assert.equal(second.type === 'result' && second.result, '{"n":6,"id":"r1","cwd":true}')
  assert.deepEqual(second.lines.toSorted(), ['err', 'no line end', 'out 5'])
})

test('a function may answer by a promise, at once, by its third argument, or with nothing', async (t) => {
  const { instance, call } = startCode(
    t,
    `exports.main = (event, context, callback) => {
       if (event.how === 'now') return 1
       if (event.how === 'promise') return Promise.resolve('two')
       setTimeout(() => event.how === 'fails' ? callback(new TypeError('by callback')) : callback(null, event.value), 1)
     }`,
  )
  await instance.loaded
  const results = []
  for (const event of [{ how: 'now' }, { how: 'promise' }, { value: [3] }, {}]) {
    const end = await call(event)
    results.push(end.type === 'result' && end.result)
  }
  assert.deepEqual(results, ['1', '"two"', '[3]', 'null'])
  const failed = await call({ how: 'fails' })
  assert.ok(failed.type === 'thrown' && failed.error.name === 'TypeError' && failed.error.message === 'by callback')
})

test('what is thrown comes with file and line, without the frames of the host', async (t) => {
  const { instance, call } = startCode(
    t,
    `exports.main = async (event) => {
       if (event.text) throw 'only text'
       if (event.cycle) { const a = {}; a.a = a; return a }
       if (event.big) return 'x'.repeat(6 * 1024 * 1024)
       throw new RangeError('out of range')
     }`,
  )
  await instance.loaded
  const failed = await call()
  assert.ok(failed.type === 'thrown')
  assert.match(failed.error.stack ?? '', /^RangeError: out of range\n.*fn\/index\.js:5:14/)
  assert.doesNotMatch(failed.error.stack ?? '', /host\.ts|node:internal/)
  const text = await call({ text: true })
  assert.deepEqual(text.type === 'thrown' && text.error, { name: 'string', message: 'only text' })
  const cycle = await call({ cycle: true })
  assert.ok(cycle.type === 'thrown' && cycle.error.name === 'TypeError')
  const big = await call({ big: true })
  assert.ok(big.type === 'too-large' && big.bytes === 6 * 1024 * 1024 + 2)
})

test('a function that computes for ever is ended when its time is over', async (t) => {
  const code = `exports.main = () => { console.log('last words'); for (;;); }`
  const { instance, call } = startCode(t, code, { definition: { timeoutMs: 200 } })
  await instance.loaded
  const end = await call()
  assert.equal(end.type, 'timeout')
  assert.deepEqual(end.lines, ['last words'])
  assert.equal(instance.alive, false)
})

for (const [what, code] of [
  ['in the heap of V8', 'const all = []; for (;;) all.push(new Array(1e5).fill(1.5))'],
  ['outside of it', 'return Buffer.alloc(400e6, 1).length'],
] as const) {
  test(`a function that needs too much memory ${what} is ended`, async (t) => {
    const given = { definition: { memoryMB: 64 } }
    const { instance, call } = startCode(t, `exports.main = async () => { ${code} }`, given)
    await instance.loaded
    assert.equal((await call()).type, 'memory')
    assert.equal(instance.alive, false)
  })
}

for (const [what, code, message] of [
  ['that ends its process', 'process.exit(3)', 'the process of the function has ended (exit code 3)'],
  ['with an error that nobody catches', `setTimeout(() => { throw new Error('late') }, 1)`, 'late'],
  ['with a rejection that nobody handles', `Promise.reject(new Error('unhandled'))`, 'unhandled'],
] as const) {
  test(`a call ${what} fails`, async (t) => {
    const { instance, call } = startCode(t, `exports.main = () => { ${code}; return new Promise(() => {}) }`)
    await instance.loaded
    const end = await call()
    assert.equal(end.type === 'ended' && end.error.message, message)
  })
}

test('a function that cannot be loaded says why', async (t) => {
  for (const [code, message] of [
    [`console.log('before'); require('left-pad-that-is-missing')`, /Cannot find module 'left-pad-that-is-missing'/],
    ['exports.other = 1', /does not export main as a function/],
    ['exports.main = ) {', /Unexpected token/],
  ] as const) {
    const { instance } = startCode(t, code)
    const error = await instance.loaded.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof LoadError)
    assert.match(error.thrown.message, message)
    assert.equal(instance.alive, false)
  }
})

test('the sandbox: a function reads its project and writes to its own directory only', async (t) => {
  const { instance, call } = startCode(
    t,
    `const fs = require('node:fs')
     const attempts = {
       own: () => fs.readFileSync(__filename, 'utf8').length > 0,
       write: () => fs.writeFileSync(process.env.SCRATCH + '/a', 'x'),
       foreign: () => fs.readFileSync('/etc/hostname'),
       change: () => fs.writeFileSync(__filename, ''),
       spawn: () => require('node:child_process').execSync('true'),
       thread: () => new (require('node:worker_threads').Worker)('1', { eval: true }),
     }
     exports.main = async () => Object.fromEntries(Object.entries(attempts).map(([name, run]) => {
       try { run(); return [name, 'ok'] } catch (error) { return [name, error.code] }
     }))`,
    { environment: { SCRATCH: 'scratch' }, definition: {} },
  )
  await instance.loaded
  const end = await call({}, { SCRATCH: `${instance.definition.readable[0]}/scratch` })
  assert.deepEqual(end.type === 'result' && JSON.parse(end.result), {
    own: 'ok',
    write: 'ok',
    foreign: 'ERR_ACCESS_DENIED',
    change: 'ERR_ACCESS_DENIED',
    spawn: 'ERR_ACCESS_DENIED',
    thread: 'ERR_ACCESS_DENIED',
  })
})

test('nothing of the environment of the server is in that of a function', async (t) => {
  process.env.CLOUDSTEAD_TEST_SECRET = 'never'
  t.after(() => delete process.env.CLOUDSTEAD_TEST_SECRET)
  const { instance, call } = startCode(t, 'exports.main = async () => Object.keys(process.env)')
  await instance.loaded
  const end = await call()
  const names = end.type === 'result' ? (JSON.parse(end.result) as string[]) : []
  assert.deepEqual(
    names.filter((name) => !name.startsWith('NODE_CHANNEL')),
    ['PATH'],
  )
})

test('a flood of output is cut, and lines of a megabyte are split', async (t) => {
  const { instance, call } = startCode(
    t,
    `exports.main = async () => { for (let n = 0; n < 60; n++) console.log('x'.repeat(100000)); return 1 }`,
  )
  await instance.loaded
  const end = await call()
  assert.equal(end.type, 'result')
  const size = end.lines.reduce((sum, line) => sum + line.length, 0)
  assert.ok(size < 1_100_000, String(size))
  assert.match(end.lines.at(-1) ?? '', /the rest is dropped/)
})

test('a function is CommonJS, also below a package.json that says otherwise', async (t) => {
  const code = `exports.main = async () => [require('./more').n, __filename.endsWith('index.js')]`
  const { instance, call, directory } = startCode(t, code)
  put(directory, 'package.json', '{"type":"module"}')
  put(directory, 'fn/more.js', '\uFEFFexports.n = 1')
  await instance.loaded
  const end = await call()
  assert.equal(end.type === 'result' && end.result, '[1,true]')
})

test('a variable of the function is there again after a call that had another value', async (t) => {
  const code = `exports.main = async () => process.env.WX_APPID`
  const { instance, call } = startCode(t, code, { environment: { WX_APPID: 'own' } })
  await instance.loaded
  const results = []
  for (const variables of [{ WX_APPID: 'of the call' }, {}]) results.push(await call({}, variables))
  assert.deepEqual(
    results.map((end) => end.type === 'result' && end.result),
    ['"of the call"', '"own"'],
  )
})

test('a loaded file that changes makes an instance stale', async (t) => {
  const { instance, directory, call } = startCode(t, `exports.main = async () => require('./more.json').n`)
  put(directory, 'fn/more.json', '{"n":1}')
  await instance.loaded
  const end = await call()
  assert.equal(end.type === 'result' && end.result, '1')
  assert.equal(instance.isStale(), false)
  put(directory, 'fn/more.json', '{"n":22}')
  assert.equal(instance.isStale(), true)
})

test('requests with a detour go elsewhere, by every module, and others do not', async (t) => {
  const asked: string[] = []
  const wechat = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.host === `127.0.0.1:${port}`}`)
    response.end('{"openid":"o1"}')
  }).listen(0, '127.0.0.1')
  await once(wechat, 'listening')
  const { port } = wechat.address() as AddressInfo
  t.after(() => wechat.close())
  const { instance, call } = startCode(
    t,
    `const https = require('node:https'); const http = require('node:http')
     const read = (request) => new Promise((resolve, reject) => request.on('error', reject).on('response', (response) => {
       let text = ''; response.on('data', (part) => { text += part }).on('end', () => resolve(text)) }))
     const PATH = '/sns/jscode2session?js_code='
     exports.main = async ({ other }) => [
       await read(https.get('https://api.weixin.qq.com' + PATH + 1)),
       await read(https.request({ host: 'api.weixin.qq.com', path: PATH + 2, method: 'GET' }).end()),
       await read(https.get({ hostname: 'api.weixin.qq.com', port: 443, path: PATH + 3, agent: new https.Agent() })),
       await read(https.get(new URL('https://api.weixin.qq.com' + PATH + 4), { headers: { Host: 'api.weixin.qq.com' } })),
       await (await fetch('https://api.weixin.qq.com' + PATH + 5)).text(),
       await (await fetch(new Request('https://api.weixin.qq.com' + PATH + 6, { method: 'POST', body: '{}' }))).text(),
       await read(http.get(other)),
       await read(https.get('https://files.example.com:8443/o/7')),
       await (await fetch('https://files.example.com:8443/o/8')).text(),
     ].length`,
    {
      detours: [
        { from: 'api.weixin.qq.com', below: ['/'], to: `http://127.0.0.1:${port}`, announced: true },
        { from: 'files.example.com:8443', below: ['/u/', '/o/'], to: `http://127.0.0.1:${port}`, announced: false },
        { from: `127.0.0.1:${port}`, below: ['/o/'], to: 'http://127.0.0.1:1', announced: true },
      ],
    },
  )
  await instance.loaded
  const end = await call({ other: `http://127.0.0.1:${port}/direct` })
  assert.equal(end.type === 'result' && end.result, '9')
  assert.deepEqual(asked, [
    ...[1, 2, 3, 4, 5].map((n) => `GET /sns/jscode2session?js_code=${n} true`),
    'POST /sns/jscode2session?js_code=6 true',
    'GET /direct true',
    'GET /o/7 true',
    'GET /o/8 true',
  ])
  assert.deepEqual(end.lines, [`requests to api.weixin.qq.com go to http://127.0.0.1:${port}`])
})

test('an instance that fills its memory little by little takes no more calls before it is full', async (t) => {
  const { instance, call } = startCode(
    t,
    `const kept = []
     exports.main = async () => { kept.push(Buffer.alloc(4e6, 1)); await new Promise((done) => setTimeout(done, 20)) }`,
    { definition: { memoryMB: 64 } },
  )
  await instance.loaded
  let calls = 0
  for (; instance.alive && calls < 100; calls++) assert.equal((await call()).type, 'result')
  assert.ok(calls > 5 && calls < 100, String(calls))
})

test('a call that comes when the process is ending anyway has not begun', async (t) => {
  for (const last of ['throw new Error("late")', 'process.exit(0)', 'Promise.reject(1)']) {
    const { instance, call } = startCode(t, `exports.main = () => { setImmediate(() => { ${last} }) }`)
    await instance.loaded
    assert.equal((await call()).type, 'result')
    const end = await call()
    assert.ok(end.type === 'ended' && !end.begun, `${last}: ${end.type}`)
  }
  const { instance, call } = startCode(t, 'exports.main = () => process.exit(0)')
  await instance.loaded
  const end = await call()
  assert.ok(end.type === 'ended' && end.begun)
})
