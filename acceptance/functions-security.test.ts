/** What a function, its callers and strangers must not learn or do. Tests with the name of an advisory are lessons of it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { callFunction, resultOf } from './support/call-function.ts'
import { createAdmin } from './support/clients.ts'
import { consoleApi } from './support/console-api.ts'
import { functionProject } from './support/function-project.ts'
import { type ApiKey, cloudstead, ENV, serverForFile } from './support/server.ts'
import { eventually } from './support/until.ts'
import { actAsAdmin, exchange, newPerson, type Person, send } from './support/wire.ts'

/** A value of a variable, which nobody but the function may see. */
const VALUE = 'hunter2-5f0d1c'
const SERVER_VALUE = 'only-the-server-9a7e'

const project = await functionProject({
  'cloudfunctions/look/index.js': `exports.main = () => ({ names: Object.keys(process.env), values: Object.values(process.env), args: process.execArgv, argv: process.argv.slice(1) })`,
  'cloudfunctions/read/index.js': `exports.main = ({ path, list }) => {
    const fs = require('fs')
    try { return list ? fs.readdirSync(path) : fs.readFileSync(path, 'latin1').length } catch (error) { return error.code }
  }`,
  'cloudfunctions/leaves/index.js': `
    const fs = require('fs')
    const own = process.env.TMPDIR
    const ways = {
      symlink() { fs.symlinkSync('/etc/passwd', own + '/a'); return fs.readFileSync(own + '/a').length },
      relative() { fs.symlinkSync('../../../../../etc', own + '/b'); return fs.readdirSync(own + '/b').length },
      link() { fs.linkSync('/etc/passwd', own + '/c') },
      proc: () => fs.readFileSync('/proc/self/root/etc/passwd').length,
      buffer: () => fs.readFileSync(Buffer.from('/etc/passwd')).length,
      bytes: () => fs.readFileSync(new Uint8Array(Buffer.from(__dirname + '/../../../../../../../etc/passwd'))).length,
      url: () => fs.readFileSync(new URL('file:///etc/passwd')).length,
      directory() { process.chdir('/etc'); return fs.readFileSync('passwd').length },
      copy() { fs.cpSync('/etc/passwd', own + '/d') },
      move() { fs.renameSync(__filename, own + '/e') },
      temporary: () => fs.mkdtempSync('/tmp/x-'),
      append() { fs.appendFileSync(__filename, ' ') },
      thread() { new (require('worker_threads').Worker)('', { eval: true }) },
      program: () => require('child_process').spawnSync('id').status,
      inspector() { require('inspector').open(0) },
      database: () => new (require('node:sqlite').DatabaseSync)(own + '/../../x.sqlite'),
      memory: () => new (process.getBuiltinModule('node:sqlite').DatabaseSync)(':memory:'),
      native: () => process.dlopen({ exports: {} }, '/x.node'),
      report: () => process.report.writeReport('/tmp/x.json'),
      heap: () => require('v8').writeHeapSnapshot('/tmp/x.heapsnapshot'),
      variables: () => process.loadEnvFile('/etc/os-release'),
      signal: () => process.kill(process.ppid, 0),
    }
    exports.main = () => Object.keys(ways).filter((name) => { try { ways[name](); return true } catch { return false } })`,
  'cloudfunctions/keys/index.js': `exports.main = () => ({ secretId: process.env.TENCENTCLOUD_SECRETID, secretKey: process.env.TENCENTCLOUD_SECRETKEY, token: process.env.TCB_SESSIONTOKEN, server: JSON.parse(process.env.TCB_CONTEXT_CNFG).URL })`,
  'cloudfunctions/who/index.js': `exports.main = async ({ ms = 0, hang = false }, context) => {
    const seen = () => [process.env.TCB_UUID ?? null, process.env.TCB_SESSIONTOKEN, context.request_id, JSON.parse(context.environment).TCB_UUID ?? null]
    const first = seen()
    if (hang) await new Promise(() => {})
    await new Promise((done) => setTimeout(done, ms))
    return JSON.stringify(first) === JSON.stringify(seen()) ? { uid: first[0], id: first[2], sameInContext: first[0] === first[3] } : 'CHANGED'
  }`,
  'cloudfunctions/denied/index.js': 'exports.main = () => 1',
  'cloudfunctions/event/index.js': 'exports.main = (event) => event',
  'cloudfunctions/throws/index.js': "exports.main = () => { throw new Error('bad ' + __filename) }",
  'cloudfunctions/page/index.js': `exports.main = (event) => ({ statusCode: 200, headers: { 'Content-Type': 'text/html', 'Set-Cookie': ['cloudstead_console_1=x; Path=/', '=cloudstead_console_1=x; Path=/', 'own=1'], 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Credentials': 'true', 'Clear-Site-Data': '"*"', 'Service-Worker-Allowed': '/', 'X-Request-Id': 'x' }, body: '<script>1</script>' + event.path })`,
  'cloudfunctions/headers/index.js': 'exports.main = (event) => event.headers',
  'cloudbaserc.json': JSON.stringify({
    functions: [{ name: 'throws', envVariables: { PRIVATE: VALUE, 'bad name': VALUE, LD_PRELOAD: VALUE } }],
  }),
  '.env': `NO_LINE ${VALUE}\n`,
})
const config = {
  functions: {
    rules: { '*': { invoke: true }, denied: { invoke: false } },
    defaults: { timeout: 5, maxInstances: 5 },
    settings: { who: { timeout: 1 } },
    env: { COMMON: VALUE },
    http: {
      '/page': 'page',
      '/throws': 'throws',
      '/headers': 'headers',
      '/who': 'who',
      '/private': { function: 'event', auth: true },
    },
  },
}
const server = await serverForFile({
  config,
  dataDir: join(dirname(project.root), 'var/data'),
  args: ['--functions', project.root, '--log-level', 'debug'],
  variables: {
    CLOUDSTEAD_WECHAT_SECRET: SERVER_VALUE,
    AWS_SECRET_ACCESS_KEY: SERVER_VALUE,
    DATABASE_URL: SERVER_VALUE,
    NODE_OPTIONS: '--no-deprecation',
    NODE_EXTRA_CA_CERTS: '/nowhere',
  },
})
const apiKey = await server.apiKey()
const api = consoleApi(server, apiKey)

test('RustFS GHSA-333v: nothing of the environment of the server reaches a function', async () => {
  const { names, values, args, argv } = (await resultOf(server, 'look')) as Record<string, string[]>
  const allowed =
    /^(?:PATH|HOME|TMPDIR|TZ|LOGINTYPE|TRIGGER_SRC|COMMON|(?:TCB|TENCENTCLOUD|WX)_[A-Z_]+|SCF_(?:NAMESPACE|FUNCTIONNAME))$/
  assert.deepEqual(
    names?.filter((name) => !allowed.test(name)),
    [],
  )
  assert.ok(!JSON.stringify([values, args, argv]).includes(SERVER_VALUE))
  assert.ok(!JSON.stringify([values, args, argv]).includes('no-deprecation'))
})

test('RustFS GHSA-m77q: the secrets and the data of the server are no files of a function, though they are in its project', async () => {
  const secrets = join(server.dataDir, ENV, 'secrets.json')
  assert.ok(readFileSync(secrets).length > 0)
  for (const path of [
    secrets,
    join(server.dataDir, ENV, 'records.sqlite'),
    '/etc/passwd',
    '/proc/self/environ',
    `/proc/${server.pid}/environ`,
  ]) {
    assert.equal(await resultOf(server, 'read', { path }), 'ERR_ACCESS_DENIED', path)
  }
  assert.equal(await resultOf(server, 'read', { path: server.dataDir, list: true }), 'ERR_ACCESS_DENIED')
  assert.equal(typeof (await resultOf(server, 'read', { path: join(project.root, 'page/index.js') })), 'number')
})

test('no way that is known leads out of the sandbox', async () => {
  assert.deepEqual(await resultOf(server, 'leaves'), [])
})

test('CVE-2025-54387 ipx: a directory whose name begins like that of the project is another one', async () => {
  const beside = `${dirname(project.root)}-beside`
  mkdirSync(beside)
  after(() => rmSync(beside, { recursive: true, force: true }))
  writeFileSync(join(beside, 'a.txt'), 'secret')
  writeFileSync(`${project.root}.txt`, 'secret')
  assert.equal(await resultOf(server, 'read', { path: join(beside, 'a.txt') }), 'ERR_ACCESS_DENIED')
  assert.equal(
    await resultOf(server, 'read', { path: join(project.root, '../../', basename(beside), 'a.txt') }),
    'ERR_ACCESS_DENIED',
  )
})

test('CVE-2026-30228, CVE-2026-30850 Parse Server: a key that may read functions calls none, by no entrance', async () => {
  const reader: ApiKey = await api.call('POST', '/keys/api?scopes=functions:read')
  const authorization = `Bearer ${reader.apiKey}`
  assert.equal((await consoleApi(server, reader).ask('GET', '/functions')).status, 200)
  const answers = [
    await consoleApi(server, reader).ask('POST', '/functions/event/invoke', {}),
    await send(`${server.url}/v1/functions/event`, {
      method: 'POST',
      body: '{}',
      headers: { authorization, 'content-type': 'application/json' },
    }),
    await send(`${server.url}/fn/private`, { headers: { authorization } }),
  ]
  assert.deepEqual(
    answers.map(({ text }) => JSON.parse(text).code),
    ['ACTION_FORBIDDEN', 'ACTION_FORBIDDEN', 'ACTION_FORBIDDEN'],
  )
  const params = { function_name: 'event', request_data: '{}' }
  assert.equal((await actAsAdmin(server, reader.apiKey, 'functions.invokeFunction', params)).code, 'ACTION_FORBIDDEN')
})

test('CVE-2026-40344 MinIO: an unknown kind of credential is nobody where nobody may, and refused elsewhere', async () => {
  for (const authorization of [
    'Basic YTpi',
    'AWS4-HMAC-SHA256 Credential=x',
    `Bearer ${'x'.repeat(5000)}`,
    'Bearer a.b.c',
    'null',
  ]) {
    const headers = { authorization, 'content-type': 'application/json' }
    const v1 = await send(`${server.url}/v1/functions/event`, { method: 'POST', body: '{}', headers })
    const route = await send(`${server.url}/fn/private`, { headers })
    assert.deepEqual([v1.status, route.status], [401, 401], authorization.slice(0, 20))
    const open = await send(`${server.url}/fn/who`, { headers })
    assert.equal(JSON.parse(open.text).uid, null)
  }
})

test('CVE-2026-22707 Strapi: the rules hold at every entrance of clients', async () => {
  for (const name of ['denied', 'Denied', 'denied ']) {
    const web = await resultOf(server, name)
    const v1 = await send(`${server.url}/v1/functions/${encodeURIComponent(name)}`, { method: 'POST', body: '{}' })
    const get = await send(`${server.url}/v1/functions/${encodeURIComponent(name)}?a=1`)
    if (name === 'denied') assert.deepEqual([web, v1.status, get.status], ['PERMISSION_DENIED', 403, 403])
    else assert.ok(v1.status >= 400 && get.status >= 400 && typeof web === 'string', name)
  }
})

test('CVE-2025-32442, CVE-2026-25223, CVE-2026-33806 Fastify: no Content-Type skips a check of the data', async () => {
  for (const type of [
    'application/json',
    'application/json ;x',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
    'APPLICATION/JSON\t; a',
  ]) {
    for (const body of ['[1]', '"text"', '7', '{', 'a=1', '--x--']) {
      const { status, text } = await send(`${server.url}/v1/functions/event`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      })
      assert.ok(status >= 400 && status < 500, `${type} ${body}: ${status} ${text}`)
    }
  }
})

test('CVE-2026-21862 RustFS: the key of functions is refused from elsewhere and when somebody else is passed on', async (t) => {
  const { secretId, secretKey } = (await resultOf(server, 'keys')) as ApiKey
  const key = { secretId, secretKey, apiKey: '' }
  assert.equal(
    ((await createAdmin(server, key).callFunction({ name: 'event', data: { a: 1 } })).result as { a: number }).a,
    1,
  )
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip']) {
    const proxy = createServer(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      const { 'content-length': _, connection: __, ...headers } = request.headers
      const sent = {
        method: request.method ?? '',
        headers: { ...headers, [header]: '127.0.0.1' },
        body: Buffer.concat(parts),
      }
      const { text } = await send(`${server.url}${request.url}`, sent)
      response.end(text)
    })
    t.after(() => proxy.close())
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    await assert.rejects(
      createAdmin({ url, env: ENV }, key).callFunction({ name: 'event', data: {} }),
      /INVALID_CREDENTIALS|secretId/,
    )
    proxy.closeAllConnections()
  }
})

test('supabase/storage#520: the token of a call permits nothing, and one that is forged or of another server tells nothing', async () => {
  const mia = await newPerson(server)
  const { token } = (await resultOf(server, 'keys', {}, mia)) as { token: string }
  const alone = await send(`${server.url}/admin?env=${ENV}`, {
    method: 'POST',
    body: JSON.stringify({
      action: 'functions.invokeFunction',
      envName: ENV,
      function_name: 'who',
      tcb_sessionToken: token,
    }),
  })
  assert.equal(JSON.parse(alone.text).code, 'INVALID_CREDENTIALS')
  const asked = async (tcb_sessionToken: unknown) => {
    const params = { function_name: 'who', request_data: '{}', tcb_sessionToken }
    const { data, code } = await actAsAdmin(server, apiKey.apiKey, 'functions.invokeFunction', params)
    return code ?? JSON.parse(data.response_data).uid
  }
  assert.equal(await asked(token), mia.uid)
  const [payload = '', signature = ''] = token.split('.')
  const other = Buffer.from(
    JSON.stringify({ requestId: 'x', function: 'who', depth: 0, origin: '', person: { uid: 'root' } }),
  )
  for (const forged of [
    payload,
    `${payload}.`,
    `${payload}.${'A'.repeat(43)}`,
    `${other.toString('base64url')}.${signature}`,
    `${token}x`,
    {},
    [token],
    1,
    'x'.repeat(100_000),
  ]) {
    assert.equal(await asked(forged), null, String(forged).slice(0, 20))
  }
  const client = await send(`${server.url}/web?env=${ENV}`, {
    method: 'POST',
    body: JSON.stringify({
      action: 'functions.invokeFunction',
      env: ENV,
      function_name: 'who',
      request_data: '{}',
      tcb_sessionToken: token,
    }),
  })
  assert.equal(JSON.parse(JSON.parse(client.text).data.response_data).uid, null)
})

test('RustFS GHSA-6r96: the identity of a call is its own, among 300 calls of three users at once and after a timeout', async () => {
  const people: readonly (Person | undefined)[] = [
    await newPerson(server),
    await newPerson(server),
    await newPerson(server),
    undefined,
  ]
  const calls = Array.from({ length: 300 }, (_, n) => ({ who: people[n % people.length], hang: n % 60 === 59 }))
  const ended = await Promise.all(
    calls.map(async ({ who, hang }) => ({
      who,
      hang,
      outcome: await callFunction(server, 'who', { ms: 3, hang }, who),
    })),
  )
  const counts: Record<string, number> = {}
  for (const { who, hang, outcome } of ended) {
    if ('code' in outcome) {
      counts[outcome.code] = (counts[outcome.code] ?? 0) + 1
      assert.ok(
        ['FUNCTIONS_TIME_LIMIT_EXCEEDED', 'EXCEED_CONCURRENT_REQUEST_LIMIT'].includes(outcome.code),
        outcome.code,
      )
    } else {
      assert.equal(hang, false)
      const { uid, sameInContext } = outcome.result as { uid: string | null; sameInContext: boolean }
      assert.deepEqual([uid, sameInContext], [who?.uid ?? null, true])
    }
  }
  assert.ok(ended.filter(({ outcome }) => 'result' in outcome).length > 100, JSON.stringify(counts))
  const { instances } = await api.call('GET', '/functions/who')
  assert.ok(instances.length <= 5 && instances.every(({ busy }: { busy: boolean }) => !busy))
  const { uid } = (await resultOf(server, 'who')) as { uid: unknown }
  assert.equal(uid, null)
})

test('RustFS GHSA-6r96: whoever is not of WeChat has no openId in the event, however it is spelled', async () => {
  const mia = await newPerson(server)
  const own = { openId: 'root', appId: 'wx1' }
  assert.deepEqual(await resultOf(server, 'event', { userInfo: { ...own, nick: 'a' } }, mia), {
    userInfo: { nick: 'a' },
  })
  for (const text of [
    `{"userInfo":{"a":1},"userInfo":${JSON.stringify(own)}}`,
    `{"user\\u0049nfo":${JSON.stringify(own)}}`,
    `{"userInfo":{"open\\u0049d":"root","\\u0061ppId":"x"}}`,
    `{"__proto__":{"userInfo":${JSON.stringify(own)}}}`,
    `{"userInfo":{"__proto__":${JSON.stringify(own)}}}`,
  ]) {
    const answer = await send(`${server.url}/v1/functions/event`, {
      method: 'POST',
      body: text,
      headers: { authorization: `Bearer ${mia.accessToken}`, 'content-type': 'application/json' },
    })
    const { userInfo = {} } = JSON.parse(answer.text)
    assert.deepEqual([userInfo.openId, userInfo.appId], [undefined, undefined], `${text} ${answer.text}`)
  }
})

test('no answer has a stack or a path, and no text of the server has the value of a variable', async () => {
  const { code, message } = (await callFunction(server, 'throws')) as { code: string; message: string }
  assert.equal(code, 'FUNCTIONS_EXECUTE_FAIL')
  const v1 = await send(`${server.url}/v1/functions/throws`, { method: 'POST', body: '{}' })
  const http = await send(`${server.url}/fn/throws`)
  for (const text of [message, v1.text, JSON.stringify(v1.headers), http.text, JSON.stringify(http.headers)]) {
    assert.ok(
      !text.includes(project.root) && !text.includes('index.js') && !text.includes('bad ') && !text.includes(VALUE),
      text,
    )
  }
  assert.deepEqual([v1.status >= 500, http.status], [true, 500])
  const data = ['--data-dir', server.dataDir, '--env', ENV]
  const shown = [
    ...(await Promise.all(
      ['/functions', '/functions/throws', '/functions/page', '/settings', '/denials'].map(
        async (path) => (await api.ask('GET', path)).text,
      ),
    )),
    ...Object.values(await cloudstead('functions', 'list', ...data)),
    ...Object.values(await cloudstead('functions', 'list', '--json', ...data)),
  ].join('\n')
  assert.ok(shown.includes('PRIVATE') && shown.includes('COMMON'))
  assert.ok(!shown.includes(VALUE), shown.slice(Math.max(0, shown.indexOf(VALUE) - 300), shown.indexOf(VALUE)))
  const said = server.log()
  assert.ok(!said.includes(VALUE), said.slice(Math.max(0, said.indexOf(VALUE) - 300), said.indexOf(VALUE)))
})

test('RustFS GHSA-v9fg: a page of a function runs nothing on the origin of the Console and sets none of its cookies', async () => {
  const { headers, text: page } = await send(`${server.url}/fn/page`, {
    headers: { cookie: 'cloudstead_console_1=a; own=2' },
  })
  assert.match(page, /<script>/)
  for (const origin of ['https://evil.example', 'null']) {
    const refused = await send(`${server.url}/fn/page`, { headers: { origin } })
    assert.equal(JSON.parse(refused.text).code, 'ORIGIN_NOT_ALLOWED', origin)
  }
  assert.match(String(headers['content-security-policy']), /^sandbox (?!.*allow-same-origin)/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.deepEqual(headers['set-cookie'], ['own=1'])
  for (const name of [
    'access-control-allow-origin',
    'access-control-allow-credentials',
    'clear-site-data',
    'service-worker-allowed',
  ]) {
    assert.equal(headers[name], undefined, name)
  }
  assert.notEqual(headers['x-request-id'], 'x')
  const { text } = await send(`${server.url}/fn/headers`, { headers: { cookie: 'cloudstead_console_1=a; own=2' } })
  assert.equal(JSON.parse(text).cookie, 'own=2')
})

test('RustFS GHSA-8r6f: no spelling of a route reaches another one, nor leaves /fn', async () => {
  const tricks = [
    '/fn/../console',
    '/fn/page/../../console',
    '/fn/%2e%2e/console',
    '/fn/%2E%2E%2fconsole',
    '/fn/page/%2e%2e',
    '/fn/page%2f..',
    '/fn/page/..%5c',
    '/fn/page/%00',
    '/fn/page/%ff',
    '//fn/page',
    '/fn//page',
    '/FN/page',
    '/fn/PAGE',
    '/Fn/page',
    '/%66n/page',
    '/fn/pagex',
    '/fnpage',
    '/fn',
    '/fn/',
    '/fn/.',
    '/fn/page/.',
    '/fn/who%2f',
    '/fn/page;x',
  ]
  for (const path of tricks) {
    const { status, text } = await send(`${server.url}${path}`)
    assert.ok([400, 404].includes(status), `${path}: ${status} ${text.slice(0, 80)}`)
    assert.ok(!text.includes('<script'), path)
  }
  const raw = await exchange(
    server,
    `GET http://other.example/fn/page HTTP/1.1\r\nHost: ${server.host}\r\nConnection: close\r\n\r\n`,
  )
  assert.doesNotMatch(raw, /<script/)
  assert.equal((await send(`${server.url}/fn/page/below`)).status, 200)
})

test('a client that hangs up does not end the call, and its instance comes back', async () => {
  const body = JSON.stringify({
    action: 'functions.invokeFunction',
    env: ENV,
    function_name: 'who',
    request_data: '{"ms":200}',
  })
  for (let n = 0; n < 20; n++) {
    const socket = connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `POST /web?env=${ENV} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    setTimeout(() => socket.destroy(), 20)
  }
  const before = (await api.call('GET', '/functions/who')).function.calls
  await eventually('all calls have ended and all instances are free', async () => {
    const {
      function: { calls },
      instances,
    } = await api.call('GET', '/functions/who')
    return calls >= before && instances.every(({ busy }: { busy: boolean }) => !busy)
  })
  const results = await Promise.all(Array.from({ length: 10 }, () => resultOf(server, 'who', { ms: 1 })))
  assert.ok(
    results.every((result) => typeof result === 'object'),
    JSON.stringify(results),
  )
})

after(() => {
  assert.deepEqual(
    server
      .log()
      .split('\n')
      .filter((line) => /"level":(?:50|60)|SYS_ERR|unhandled/i.test(line)),
    [],
  )
})
