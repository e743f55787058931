/** Access to the Console: signing in, sessions, refusals. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { consoleApi } from './support/console-api.ts'
import {
  codeOf,
  consoleBrowser,
  passwordByCommand,
  printedLink,
  type Session,
  signedIn,
} from './support/console-browser.ts'
import { cloudstead, ENV, serverForFile, startServer } from './support/server.ts'
import { send } from './support/wire.ts'

const PASSWORD = 'correct horse battery'
const OPERATIONS = '/console/api/openapi.json'

const scratch = await mkdtemp(join(tmpdir(), 'cloudstead-console-'))
after(() => rm(scratch, { recursive: true, force: true }))

const server = await serverForFile()
const key = await server.apiKey()

/** A link from the command line. */
async function newLink(): Promise<string> {
  const { stdout } = await cloudstead('console', 'link', '--env', ENV, '--data-dir', server.dataDir)
  const [, token] = /\/console\/#link=(\S+)\n$/.exec(stdout) ?? []
  assert.ok(token !== undefined && stdout.startsWith(server.url), stdout)
  return token
}

describe('the link in the terminal', () => {
  test('signs in once', async () => {
    const link = await printedLink(server)
    const browser = await signedIn(server, { link })
    const session = await browser.session()
    assert.deepEqual([session.signedIn, session.env, session.operator?.by], [true, ENV, 'link'])
    assert.ok((session.operator?.expiresAt ?? 0) > Date.now())
    const again = await consoleBrowser(server).signIn({ link })
    assert.deepEqual([again.status, codeOf(again)], [401, 'CONSOLE_SIGN_IN_FAILED'])
  })

  test('another one can be created while the server runs', async () => {
    const link = await newLink()
    const answers = await Promise.all([1, 2, 3].map(() => consoleBrowser(server).signIn({ link })))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401])
  })

  test('is printed at each start until there is a password', async () => {
    const dataDir = join(scratch, 'printed')
    const first = await startServer({ dataDir })
    const early = await printedLink(first)
    await first.stop()
    const second = await startServer({ dataDir })
    assert.notEqual(await printedLink(second), early)
    // The first one is valid for a day, even after a restart.
    await signedIn(second, { link: early })
    await passwordByCommand(second, PASSWORD)
    await second.stop()
    const third = await startServer({ dataDir })
    await signedIn(third, { secret: PASSWORD })
    await third.stop()
    assert.doesNotMatch(third.output(), /#link=/)
  })

  test('CVE-2026-21862 RustFS: in dev it only works from this machine, whatever forwarding headers say', async () => {
    const dev = await startServer({ mode: 'dev', args: ['--host', '0.0.0.0'] })
    try {
      const token = await printedLink(dev)
      const here = { url: `http://127.0.0.1:${dev.port}` }
      for (let count = 0; count < 3; count += 1) await signedIn(here, { link: token })
      const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
      const outside = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
      assert.ok(outside !== undefined, 'this test needs a network interface besides loopback')
      const there = consoleBrowser({ url: `http://${outside.address}:${dev.port}` })
      const headers = { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' }
      const refused = await there.ask('POST', '/console/api/session', { link: token }, headers)
      assert.deepEqual([refused.status, codeOf(refused)], [401, 'CONSOLE_SIGN_IN_FAILED'])
    } finally {
      await dev.stop()
    }
  })
})

describe('sessions', () => {
  test('RustFS GHSA-v9fg-3cr2-277j: scripts cannot read the session, and other sites cannot send it', async () => {
    const browser = await signedIn(server, { secret: key.apiKey })
    const [pair = '', ...flags] = browser.setCookie().split('; ')
    const name = /^(cloudstead_console_[0-9a-f]+)=[A-Za-z0-9._-]{60,}$/.exec(pair)?.[1]
    assert.ok(name !== undefined, pair)
    assert.deepEqual(flags.sort(), ['HttpOnly', 'Max-Age=604800', 'Path=/console', 'SameSite=Strict'])
    const signOut = await browser.ask('DELETE', '/console/api/session')
    assert.equal(signOut.status, 200)
    assert.match(browser.setCookie(), new RegExp(`^${name}=; Max-Age=0; Path=/console; HttpOnly`))
  })

  test('behind https the cookie is only for https', async () => {
    const secure = await startServer({ args: ['--public-url', 'https://console.example.com'] })
    try {
      const url = /Server listening at (http:[^"\s]+)/.exec(secure.log())?.[1] ?? ''
      const browser = consoleBrowser({ url })
      const { apiKey } = await secure.apiKey()
      const origin = { origin: 'https://console.example.com' }
      const { status } = await browser.ask('POST', '/console/api/session', { secret: apiKey }, origin)
      assert.equal(status, 200)
      assert.match(browser.setCookie(), /; Secure(?:;|$)/)
      assert.equal((await browser.session()).signedIn, true)
    } finally {
      await secure.stop()
    }
  })

  test('end by signing out, one or all', async () => {
    const one = await signedIn(server, { link: await newLink() })
    const two = await signedIn(server, { link: await newLink() })
    const stolen = consoleBrowser(server, one.cookie())
    await one.ask('DELETE', '/console/api/session')
    assert.equal((await stolen.session()).signedIn, false)
    assert.equal((await two.session()).signedIn, true)
    const unused = await newLink()
    await (await signedIn(server, { link: await newLink() })).ask('DELETE', '/console/api/session?everywhere=true')
    assert.equal((await two.session()).signedIn, false)
    assert.equal((await consoleBrowser(server).signIn({ link: unused })).status, 401)
  })

  test('end with the api key that opened them, and can no longer upload', async () => {
    const temporary = await server.apiKey()
    const browser = await signedIn(server, { secret: temporary.apiKey })
    assert.deepEqual((await browser.session()).operator?.name, temporary.secretId)
    const issue = async () => {
      const { text } = await browser.ask('POST', '/console/api/storage/uploads', { path: 'by-key.txt' })
      return JSON.parse(text) as { url: string; headers: Record<string, string> }
    }
    const [used, late] = [await issue(), await issue()]
    assert.equal((await send(used.url, { method: 'PUT', body: 'x', headers: used.headers })).status, 200)
    await cloudstead('keys', 'revoke', temporary.secretId, '--env', ENV, '--data-dir', server.dataDir)
    assert.equal((await browser.session()).signedIn, false)
    assert.equal(codeOf(await browser.ask('GET', '/console/api/keys')), 'CONSOLE_SIGN_IN_REQUIRED')
    const refused = await send(late.url, { method: 'PUT', body: 'y', headers: late.headers })
    assert.equal(refused.status, 401)
  })

  test('survive a restart; two servers on one machine do not sign each other out', async () => {
    const dataDir = join(scratch, 'restart')
    const first = await startServer({ dataDir })
    const browser = await signedIn(first, { link: await printedLink(first) })
    const other = await signedIn(server, { link: await newLink() })
    assert.notEqual(browser.cookie().split('=')[0], other.cookie().split('=')[0])
    await first.stop()
    const second = await startServer({ dataDir })
    // A browser sends both cookies to both, since cookies do not distinguish ports.
    const both = `${other.cookie()}; ${browser.cookie()}`
    for (const place of [second, server]) assert.equal((await consoleBrowser(place, both).session()).signedIn, true)
    await second.stop()
  })
})

describe('the password', () => {
  test('is set by the operator or with the command; a new one ends all sessions', async () => {
    const own = await startServer()
    try {
      // RustFS GHSA-j59h-h7q5-q348: there is no default password.
      for (const secret of ['', 'admin', 'cloudstead']) {
        assert.equal(codeOf(await consoleBrowser(own).signIn({ secret })), 'CONSOLE_SIGN_IN_FAILED')
      }
      const browser = await signedIn(own, { link: await printedLink(own) })
      assert.equal((await browser.session()).passwordSet, false)
      const short = await browser.ask('PUT', '/console/api/password', { password: 'too short' })
      assert.equal(codeOf(short), 'INVALID_PARAM')
      assert.equal((await browser.ask('PUT', '/console/api/password', { password: PASSWORD })).status, 200)
      assert.deepEqual([(await browser.session()).signedIn, (await browser.session()).passwordSet], [true, true])
      const byPassword = await signedIn(own, { secret: PASSWORD })
      const change = (current?: string) =>
        byPassword.ask('PUT', '/console/api/password', { password: 'another password', ...(current && { current }) })
      assert.equal(codeOf(await change()), 'CONSOLE_SIGN_IN_FAILED')
      assert.equal(codeOf(await change('not the password')), 'CONSOLE_SIGN_IN_FAILED')
      assert.equal((await change(PASSWORD)).status, 200)
      assert.equal((await browser.session()).signedIn, false)
      assert.equal((await byPassword.session()).signedIn, true)
      await passwordByCommand(own, 'a third password')
      assert.equal((await byPassword.session()).signedIn, false)
      await signedIn(own, { secret: 'a third password' })
    } finally {
      await own.stop()
    }
  })

  test('cannot be guessed: after ten wrong ones in a minute the address is blocked', async () => {
    const own = await startServer()
    try {
      await passwordByCommand(own, PASSWORD)
      const link = async () => (await consoleBrowser(own).signIn({ link: 'wrong' })).status
      const { apiKey } = await own.apiKey()
      const guesses = await Promise.all(
        Array.from({ length: 14 }, (_, index) => consoleBrowser(own).signIn({ secret: `wrong password ${index}` })),
      )
      assert.deepEqual(
        guesses.map(codeOf).sort(),
        [...Array(10).fill('CONSOLE_SIGN_IN_FAILED'), ...Array(4).fill('CONSOLE_TOO_MANY_ATTEMPTS')].sort(),
      )
      const refused = await consoleBrowser(own).signIn({ secret: PASSWORD })
      assert.deepEqual([refused.status, codeOf(refused)], [429, 'CONSOLE_TOO_MANY_ATTEMPTS'])
      const wait = Number(refused.headers['retry-after'])
      assert.ok(wait >= 1 && wait <= 60)
      // Wrong links have a counter of their own.
      assert.equal(await link(), 401)
      // An attacker locks nobody out: credentials that cannot be guessed still work.
      await signedIn(own, { secret: apiKey })
    } finally {
      await own.stop()
    }
  })
})

test('an invalid command line prints one clear line and changes nothing', async () => {
  const dataDir = join(scratch, 'untouched')
  const where = ['--env', ENV, '--data-dir', dataDir]
  const cases: readonly (readonly [args: readonly string[], reason: RegExp])[] = [
    [['console'], /link, password/],
    [['console', 'links', ...where], /link, password/],
    [['console', 'link', '--data-dir', dataDir], /--env is missing/],
    [['console', 'link', ...where, '--url', 'x'], /--url x must look like/],
    [['consol', 'link'], /did you mean console\?/],
  ]
  for (const [args, reason] of cases) {
    const { stdout, stderr, code } = await cloudstead(...args)
    assert.deepEqual([code, stdout], [1, ''], args.join(' '))
    assert.match(stderr, /^cloudstead: [^\n]+\n$/)
    assert.match(stderr, reason)
  }
  for (const password of ['', 'too short', 'x'.repeat(201), 'x'.repeat(10_000)]) {
    await passwordByCommand({ env: ENV, dataDir }, password, 1)
  }
  await assert.rejects(readdir(dataDir), { code: 'ENOENT' })
})

describe('clients that are not signed in', () => {
  test('MinIO CVE-2026-40344: every protected operation refuses them, with any kind of wrong credential', async () => {
    const { paths } = JSON.parse((await send(`${server.url}${OPERATIONS}`)).text) as {
      paths: Record<string, Record<string, { operationId: string; security?: unknown[] }>>
    }
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, security }]) => ({ path, method, operationId, security })),
    )
    assert.ok(operations.length > 40)
    const open = operations.filter(({ security }) => security?.length === 0).map(({ operationId }) => operationId)
    assert.deepEqual(open.sort(), ['getSession', 'signIn'])
    const headers: readonly Record<string, string>[] = [
      {},
      { cookie: 'cloudstead_console=1' },
      { authorization: 'Bearer cs_CS000000000000000000000000_0000000000000000000000000000000000000000000' },
      { authorization: `Basic ${Buffer.from('operator:x').toString('base64')}` },
      { authorization: `TC3-HMAC-SHA256 Credential=${key.secretId}/2026-01-01/tcb/tc3_request` },
    ]
    for (const { path, method, operationId } of operations) {
      if (open.includes(operationId)) continue
      const url = `${server.url}${path.replaceAll(/\{\w+\}/g, 'x')}`
      for (const header of headers) {
        const answer = await send(url, { method: method.toUpperCase(), headers: header })
        assert.equal(answer.status, 401, operationId)
        codeOf(answer)
      }
    }
  })

  test('get no other page either', async () => {
    for (const path of ['/console/api', '/console/api/', '/console/api/../api/keys', '/console/api/x']) {
      const answer = await send(`${server.url}${path}`)
      assert.doesNotMatch(answer.text, /<script/, path)
    }
  })

  test('cannot tell from an error what was wrong', async () => {
    const used = await newLink()
    await signedIn(server, { link: used })
    const wrong = [{ link: used }, { link: 'x' }, { secret: PASSWORD }, { secret: `${key.apiKey.slice(0, -1)}_` }]
    const answers = await Promise.all(wrong.map((credential) => consoleBrowser(server).signIn(credential)))
    const said = answers.map(({ text, status }) => ({ ...(JSON.parse(text) as object), requestId: '', status }))
    for (const one of said) assert.deepEqual(one, said[0])
  })

  test('get a clear error for a wrong shape', async () => {
    for (const body of [
      {},
      { link: 'x', secret: 'y' },
      { password: 'x' },
      { secret: 1 },
      { secret: 'x'.repeat(201) },
    ]) {
      const answer = await consoleBrowser(server).ask('POST', '/console/api/session', body)
      assert.deepEqual([answer.status, codeOf(answer)], [400, 'INVALID_PARAM'], JSON.stringify(body))
    }
  })
})

describe('other pages in the browser of an operator', () => {
  const EVIL = 'https://evil.example.com'

  test('RustFS GHSA-x5xv-223c-8vm7: fail the preflight, and cannot read answers', async () => {
    const browser = await signedIn(server, { secret: key.apiKey })
    for (const path of ['/console/api/keys', '/console/api/session', '/console/', '/%63onsole/api/keys']) {
      for (const method of ['OPTIONS', 'GET']) {
        const headers = { origin: EVIL, 'access-control-request-method': 'PUT', cookie: browser.cookie() }
        const answer = await send(`${server.url}${path}`, { method, headers })
        const leave = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))
        assert.deepEqual(leave, [], `${method} ${path}`)
      }
    }
  })

  test('cannot change anything, not even from another port of the same machine', async () => {
    const browser = await signedIn(server, { secret: key.apiKey })
    const pages: readonly Record<string, string>[] = [
      { 'x-cloudstead-console': '' },
      { origin: EVIL },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      // A request that a form can send.
      { 'x-cloudstead-console': '', origin: EVIL, 'content-type': 'text/plain' },
    ]
    for (const headers of pages) {
      const answer = await browser.ask('POST', '/console/api/storage/folders', { path: 'evil/' }, headers)
      assert.deepEqual([answer.status, codeOf(answer)], [403, 'CONSOLE_REQUEST_REFUSED'], JSON.stringify(headers))
    }
    const { text } = await browser.ask('GET', '/console/api/storage/files')
    assert.ok(!text.includes('evil'))
    assert.equal((await browser.ask('POST', '/console/api/storage/folders', { path: 'good/' })).status, 200)
  })
})

describe('scripts', () => {
  test('an api key is sufficient, without cookie or header', async () => {
    const api = consoleApi(server, key)
    await api.call('POST', '/storage/folders', { path: 'by-script/' })
    const session = (await api.call('GET', '/session')) as Session
    assert.deepEqual([session.signedIn, session.operator], [true, undefined])
  })

  test('unknown members are refused, with their names', async () => {
    const api = consoleApi(server, key)
    const query = await api.ask('GET', '/storage/files?foldr=a')
    assert.deepEqual([query.status, query.body.code], [400, 'INVALID_PARAM'])
    assert.match(query.body.message, /foldr.*did you mean folder\?/)
    const body = await api.ask('POST', '/storage/folders', { path: 'a/', overwrite: true })
    assert.match(body.body.message, /the body has no member "overwrite" \(valid: path\)/)
  })
})

describe('the Console itself', () => {
  test('is served to browsers, without foreign content', async () => {
    const root = await send(`${server.url}/`, { headers: { accept: 'text/html' } })
    assert.deepEqual([root.status, root.headers.location], [302, '/console/'])
    assert.equal((await send(`${server.url}/`)).status, 404)
    const { headers } = await send(`${server.url}/console/`)
    const policy = String(headers['content-security-policy'])
    // Scripts and styles from the built assets only: files of users are of the same origin.
    const scripts = `script-src ${server.host}/console/assets/ ${server.host}/console/early.js`
    const styles = `style-src ${server.host}/console/assets/`
    for (const part of ["default-src 'none'", scripts, styles, "frame-ancestors 'none'", "base-uri 'none'"]) {
      assert.ok(policy.includes(part), part)
    }
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
  })

  test('CVE-2025-54387 ipx: no path leads outside of its files', async () => {
    for (const path of [
      '../package.json',
      '%2e%2e/package.json',
      '..%2fpackage.json',
      'assets/..%2f..%2fpackage.json',
    ]) {
      const { status, text } = await send(`${server.url}/console/${path}`)
      assert.equal(status, 404, path)
      assert.doesNotMatch(text, /devDependencies/)
    }
  })

  test('shows what is stored, and the traffic', async () => {
    const api = consoleApi(server, key)
    const overview = await api.call('GET', '/overview')
    assert.deepEqual([overview.env, overview.endpoint, overview.state], [ENV, server.url, 'ok'])
    assert.ok(overview.usage.asOf > 0 && overview.memoryBytes > 0)
    const codes = overview.warnings.map(({ code }: { code: string }) => code)
    for (const code of ['everyone-reads', 'anonymous-login', 'default-settings', 'no-password']) {
      assert.ok(codes.includes(code), code)
    }
    const before = await api.call('GET', '/traffic?minutes=5')
    await send(`${server.url}/nothing/here`)
    const sum = (series: typeof before) =>
      series.points.reduce((total: number, { requests }: { requests: number }) => total + requests, 0)
    assert.equal(sum(await api.call('GET', '/traffic?minutes=5')), sum(before) + 1)
    assert.equal((await api.ask('GET', '/traffic?minutes=1')).status, 400)
  })
})

test('RustFS GHSA-333v-68xh-8mmq: no secret of the Console is in the log, whatever fails', async () => {
  const dev = await startServer({ mode: 'dev' })
  const start = await startServer()
  for (const own of [dev, start]) {
    const link = await printedLink(own)
    const browser = await signedIn(own, { link })
    const { apiKey } = await own.apiKey()
    await browser.ask('PUT', '/console/api/password', { password: PASSWORD })
    const byPassword = await signedIn(own, { secret: PASSWORD })
    const byKey = await signedIn(own, { secret: apiKey })
    const place = consoleBrowser(own)
    await place.signIn({ secret: `${PASSWORD}x` })
    await place.ask('POST', `/console/api/session?link=${link}`, { link })
    await place.ask('POST', '/console/api/session', { [link]: PASSWORD })
    await place.ask('POST', '/console/api/session', { secret: [apiKey] })
    await place.ask('GET', `/console/api/${link}`)
    await place.ask('GET', '/console/api/keys', undefined, { authorization: `Bearer ${apiKey}x` })
    await consoleBrowser(own, `${byKey.cookie()}x`).session()
    await own.stop()
    const cookies = [browser, byPassword, byKey].map((one) => one.cookie().split('=')[1] ?? '')
    for (const secret of [link, apiKey, PASSWORD, ...cookies]) {
      assert.ok(secret.length > 16 && !own.log().includes(secret), secret)
    }
  }
})
