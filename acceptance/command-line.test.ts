/** The behaviour of the command line. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { createTicket } from './support/clients.ts'
import { signedIn } from './support/console-browser.ts'
import { entriesOf } from './support/data-dir.ts'
import { cloudstead, ENV, type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'
import { act, actAsAdmin, loginWithTicket, newPerson, own, send, stored, uploadUrl } from './support/wire.ts'

/** Much longer than stopping takes on a busy machine, much shorter than any timeout of a connection. */
const STOP_MS = 5000

let scratch: string
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cloudstead-command-line-'))
})
after(() => rm(scratch, { recursive: true, force: true }))

/** One line on the standard error output, nothing on the standard output, exit code 1. */
async function refuses(args: readonly string[], reason: RegExp): Promise<void> {
  const { stdout, stderr, code } = await cloudstead(...args)
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /^cloudstead: [^\n]+\n$/)
  assert.match(stderr, reason)
}

describe('an invalid command line prints one clear line and exits with code 1', { concurrency: 2 }, () => {
  const start = ['start', '--env', ENV, '--port', '0']
  const cases: readonly (readonly [what: string, args: readonly string[], reason: RegExp])[] = [
    ['an unknown command', ['frobnicate'], /no command frobnicate/],
    ['a misspelt command', ['strat'], /did you mean start\?/],
    ['a misspelt option', ['start', '--env', ENV, '--prot', '0'], /--prot.*did you mean --port\?/],
    ['an unknown option', ['start', '--env', ENV, '--frobnicate'], /--frobnicate.*--data-dir/],
    ['an option without its value', ['start', '--env'], /--env/],
    ['an option where a value should be', ['start', '--env', '--port', '0'], /--env/],
    ['a stray word', [...start, 'extra'], /extra/],
    ['no env', ['start', '--port', '0'], /--env is missing/],
    ['an env with a dot', ['start', '--env', 'demo.1abcde'], /--env demo\.1abcde is not valid/],
    ['an env with a path', ['start', '--env', '../../etc'], /--env \.\.\/\.\.\/etc is not valid/],
    ['a port that is a word', ['start', '--env', ENV, '--port', 'http'], /--port http is not a port/],
    ['a port too large', ['start', '--env', ENV, '--port', '65536'], /--port 65536 is not a port/],
    ['a negative port', ['start', '--env', ENV, '--port=-1'], /--port -1 is not a port/],
    ['a public URL with another scheme', [...start, '--public-url', 'ftp://x'], /--public-url ftp:\/\/x/],
    ['a public URL with a path', [...start, '--public-url', 'https://x.cn/a'], /without a path/],
    ['keys without a subcommand', ['keys'], /login, api/],
    ['keys with an unknown subcommand', ['keys', 'root', '--env', ENV], /login, api/],
    ['keys without an env', ['keys', 'api'], /--env is missing/],
    ['rules without a subcommand', ['rules'], /check FILE/],
    ['rules check without a file', ['rules', 'check'], /name of one file/],
    ['rules check --for with an invalid value', ['rules', 'check', 'x.json', '--for', 'users'], /--for must be/],
    ['a log level that does not exist', [...start, '--log-level', 'loud'], /--log-level must be .*debug/],
    ['keys with an option of start', ['keys', 'api', '--env', ENV, '--port', '0'], /--port/],
  ]
  for (const [what, args, reason] of cases) test(what, () => refuses(args, reason))

  test('a host that is not an address of this machine', () =>
    refuses([...start, '--host', '203.0.113.1', '--data-dir', join(scratch, 'host')], /203\.0\.113\.1/))

  test('a configuration file that does not exist', () =>
    refuses([...start, '--config', join(scratch, 'none.json'), '--data-dir', join(scratch, 'none')], /none\.json/))

  test('a data directory that is a file', async () => {
    const file = join(scratch, 'file')
    await writeFile(file, 'x')
    await refuses([...start, '--data-dir', file], /file/)
    assert.equal(await readFile(file, 'utf8'), 'x')
  })

  test('an invalid command line creates nothing on disk', async () => {
    const dir = join(scratch, 'untouched')
    await refuses(['keys', 'root', '--env', ENV, '--data-dir', dir], /login, api/)
    await refuses(['start', '--env', ENV, '--port', 'x', '--data-dir', dir], /--port/)
    await assert.rejects(readdir(dir), { code: 'ENOENT' })
  })
})

describe('rules check', () => {
  const checked = async (name: string, source: string, ...options: readonly string[]) => {
    const file = join(scratch, name)
    await writeFile(file, source)
    const { stdout, stderr, code } = await cloudstead('rules', 'check', file, ...options)
    assert.equal(stderr, '')
    return { output: stdout.replaceAll(file, name), code }
  }
  const OWN = 'doc._openid == auth.openid'

  test('reports for each collection of a configuration what its rules allow', async () => {
    const source = `{
  "storage": { "acl": { "read": true } },
  "database": { "collections": { "orders": { "acl": {
    "read": "${OWN}",
    "update": "auth != null"
  } } } }
}`
    const { output, code } = await checked('cloudstead.config.json', source)
    assert.equal(code, 0)
    assert.match(
      output,
      /^cloudstead\.config\.json:5:5: warning: .*\[ownerless-write\]\n {8}"update": "auth != null"\n {8}\^\n/m,
    )
    assert.match(output, /orders'\)\.where\(\{ _openid: '\{openid\}' \}\)\.get\(\)/)
    assert.match(output, /: 0 errors, 1 warning, 2 notes\n$/)
  })

  test('recognizes rules of documents, and takes --for where they are ambiguous', async () => {
    const { output, code } = await checked('orders.json', `{ "read": "${OWN} && auth.uid = 1" }`)
    assert.equal(code, 1)
    assert.match(output, /^orders\.json:1:51: error: .*unexpected "="/)
    assert.match((await checked('any.json', '{ "read": true }')).output, /every file/)
    assert.match((await checked('any.json', '{ "read": true }', '--for', 'database')).output, /every document/)
  })
})

test('an older Node is reported in one line, with exit code 1', async () => {
  const cli = join(import.meta.dirname, '../packages/server/dist/cli.js')
  const pretend = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.12.0' } })"
  const preload = `data:text/javascript,${encodeURIComponent(pretend)}`
  await assert.rejects(promisify(execFile)(process.execPath, ['--import', preload, cli, 'start', '--env', ENV]), {
    code: 1,
    stdout: '',
    stderr: 'cloudstead needs Node 22.13 or newer; this is Node 22.12.0.\n',
  })
})

describe('a running server', () => {
  let server: RunningServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.stop())

  test('answers as soon as it has printed "cloudstead ready"', async () => {
    const fresh = await startServer()
    try {
      const { status, text } = await send(`${fresh.url}/health`)
      assert.equal(status, 200)
      assert.equal((JSON.parse(text) as { status: string }).status, 'ok')
    } finally {
      assert.equal(await fresh.stop(), 0)
    }
  })

  test('only the owner can access its data directory and every secret', async () => {
    for (const { path, isDirectory, mode } of await entriesOf(server.dataDir)) {
      if (isDirectory) assert.equal(mode, 0o700, path)
      else if (/secret|records/.test(path)) assert.equal(mode, 0o600, path)
    }
    const secrets = await readFile(join(server.dataDir, ENV, 'secrets.json'), 'utf8')
    assert.ok(secrets.length > 0)
  })

  test('a second server on the same data directory is refused, and the first keeps running', async () => {
    await refuses(
      ['start', '--env', ENV, '--port', '0', '--data-dir', server.dataDir],
      /already running on .*; it is at http:\/\/127\.0\.0\.1:\d+\n$/,
    )
    assert.equal((await send(`${server.url}/health`)).status, 200)
  })

  test('a second dev says where the first one runs, with a link to its Console', async () => {
    const dev = await startServer({ mode: 'dev' })
    try {
      const { stdout, stderr, code } = await cloudstead('dev', '--port', '0', '--env', ENV, '--data-dir', dev.dataDir)
      assert.equal(code, 1)
      assert.ok(stderr.endsWith(`already running on ${join(dev.dataDir, ENV)}; it is at ${dev.url}\n`), stderr)
      const [, link = ''] = /^ {2}console (\S+#link=(\S+))\n$/.exec(stdout) ?? []
      assert.ok(link.startsWith(`${dev.url}/console/#link=`), stdout)
      await signedIn(dev, { link: link.split('#link=')[1] ?? '' })
    } finally {
      await dev.stop()
    }
  })

  test('dev on all addresses prints those of the network, and warns', async () => {
    const dev = await startServer({ mode: 'dev', args: ['--host', '0.0.0.0'] })
    try {
      await eventually('the hints of dev', () => dev.output().includes('Login codes'))
      const lines = dev.output()
      assert.match(lines, /^cloudstead ready: .* at http:\/\/127\.0\.0\.1:\d+\n {2}console http:\/\/127/)
      assert.doesNotMatch(lines, /0\.0\.0\.0/)
      const address = /^ {2}network (http:\S+)$/m.exec(lines)?.[1] ?? ''
      assert.equal((await send(`${address}/health`)).status, 200)
      assert.ok(lines.includes(`registerHost('${new URL(address).host}', 'http')`), lines)
      assert.match(lines, /Warning: everybody in this network can log in as any user/)
    } finally {
      await dev.stop()
    }
    const local = await startServer({ mode: 'dev' })
    await eventually('the hints of dev', () => local.output().includes('Login codes'))
    await local.stop()
    assert.doesNotMatch(local.output(), /network|Warning/)
  })

  test('--log-level leaves out what is less important', async () => {
    for (const [level, expected] of [
      ['info', true],
      ['error', false],
    ] as const) {
      const fresh = await startServer({ mode: 'dev', args: ['--log-level', level] })
      const path = 'users/undefined/a.jpg'
      await act(fresh, undefined, 'storage.getUploadMetadata', { path })
      await fresh.stop()
      assert.equal(/^\d\d:\d\d:\d\d - .*the path contains "undefined"/m.test(fresh.log()), expected)
    }
  })

  test('a port in use is refused, and the data directory is released', async () => {
    const dir = join(scratch, 'port-in-use')
    await refuses(
      ['start', '--env', ENV, '--port', String(server.port), '--data-dir', dir],
      /port \d+ is in use; choose another with --port/,
    )
    const next = await startServer({ dataDir: dir })
    assert.equal(await next.stop(), 0)
  })

  test('damaged secrets and a foreign database file are refused in one line, and not changed', async () => {
    for (const [file, content, said] of [
      ['secrets.json', '{"accessTok', /is damaged/],
      ['records.sqlite', 'not a database, but quite long enough to be one'.repeat(100), /records\.sqlite is damaged/],
    ] as const) {
      const dir = join(scratch, `broken-${file}`)
      const made = await cloudstead('keys', 'api', '--env', ENV, '--data-dir', dir)
      assert.equal(made.code, 0)
      for (const suffix of ['-wal', '-shm']) await rm(join(dir, ENV, file + suffix), { force: true })
      await writeFile(join(dir, ENV, file), content)
      await refuses(['start', '--env', ENV, '--port', '0', '--data-dir', dir], said)
      assert.equal(await readFile(join(dir, ENV, file), 'utf8'), content)
    }
  })

  test('new keys of keys login and keys api work immediately', async () => {
    const loginKey = await server.loginKey()
    assert.deepEqual(Object.keys(loginKey).sort(), ['env_id', 'private_key', 'private_key_id'])
    assert.equal(loginKey.env_id, ENV)
    const alice = await loginWithTicket(server, createTicket(loginKey, 'alice'))
    const again = await loginWithTicket(server, createTicket(await server.loginKey(), 'alice'))
    assert.equal(again.uid, alice.uid, 'another key, the same user')

    const apiKey = await server.apiKey()
    assert.deepEqual(Object.keys(apiKey).sort(), ['apiKey', 'secretId', 'secretKey'])
    const reply = await actAsAdmin(server, apiKey.apiKey, 'storage.getUploadMetadata', { path: 'a.txt' })
    assert.equal(reply.code, undefined)
  })

  test('keys created before the first start are valid', async () => {
    const dir = join(scratch, 'keys-first')
    const made = await cloudstead('keys', 'api', '--env', ENV, '--data-dir', dir)
    const { apiKey } = JSON.parse(made.stdout) as { apiKey: string }
    const later = await startServer({ dataDir: dir })
    try {
      const reply = await actAsAdmin(later, apiKey, 'storage.getUploadMetadata', { path: 'a.txt' })
      assert.equal(reply.code, undefined)
    } finally {
      await later.stop()
    }
  })

  test('no command works on an environment that does not exist, and each names those that do', async () => {
    const { dataDir } = server
    for (const command of [
      ['keys', 'api'],
      ['keys', 'list'],
      ['console', 'link'],
      ['console', 'password'],
    ]) {
      await refuses(
        [...command, '--env', 'typo-1', '--data-dir', dataDir],
        new RegExp(`no environment typo-1 in ${dataDir}; it has ${ENV}; check`),
      )
    }
    assert.deepEqual(await readdir(dataDir), [ENV])
    const none = join(scratch, 'none-there')
    for (const command of [
      ['keys', 'list'],
      ['keys', 'revoke', 'id'],
      ['console', 'link'],
    ]) {
      await refuses([...command, '--env', ENV, '--data-dir', none], /no environment .*; it has none/)
    }
    await assert.rejects(readdir(none), { code: 'ENOENT' })
  })

  test('without --data-dir: ./data, else ./.cloudstead of dev, else it is refused', async () => {
    const cwd = join(scratch, 'here')
    await mkdir(cwd)
    const cli = join(import.meta.dirname, '../packages/server/bin/cloudstead.js')
    const list = () => promisify(execFile)(process.execPath, [cli, 'keys', 'list', '--env', ENV], { cwd })
    await assert.rejects(list(), { code: 1, stderr: /neither \.\/data nor \.\/\.cloudstead here; .*--data-dir/ })
    assert.deepEqual(await readdir(cwd), [])
    await cloudstead('keys', 'api', '--env', ENV, '--data-dir', join(cwd, '.cloudstead'))
    assert.equal((JSON.parse((await list()).stdout) as unknown[]).length, 1)
    await mkdir(join(cwd, 'data'))
    await assert.rejects(list(), { code: 1, stderr: /no environment .*here\/data; it has none/ })
  })

  test('a revoked key is refused immediately', async () => {
    const { secretId, apiKey } = await server.apiKey()
    const revoked = await cloudstead('keys', 'revoke', secretId, '--env', ENV, '--data-dir', server.dataDir)
    assert.equal(revoked.code, 0, revoked.stderr)
    const reply = await actAsAdmin(server, apiKey, 'storage.getUploadMetadata', { path: 'a.txt' })
    assert.equal(reply.code, 'INVALID_CREDENTIALS')
  })

  test('every returned URL begins with --public-url', async () => {
    const fresh = await startServer({ args: ['--public-url', 'https://files.example.com/'] })
    try {
      assert.equal(fresh.url, 'https://files.example.com', 'in the ready line')
      const listening = /listening at (http:[^" ]+)/.exec(fresh.log())?.[1] ?? ''
      const local = { url: listening, env: fresh.env }
      const person = await newPerson(local)
      const { data } = await act(local, person, 'storage.getUploadMetadata', { path: own(person, 'a.png') })
      assert.match(data.url, /^https:\/\/files\.example\.com\/u\//)
      assert.match(data.download_url, /^https:\/\/files\.example\.com\/o\//)
    } finally {
      await fresh.stop()
    }
  })
})

describe('SIGTERM', () => {
  test('a running upload is finished, answered and stored; then the exit code is 0', async () => {
    const dataDir = join(scratch, 'sigterm')
    const server = await startServer({ dataDir })
    const person = await newPerson(server)
    const path = own(person, 'slow.bin')
    const bytes = randomBytes(300_000)
    const { hostname, port, pathname } = new URL(await uploadUrl(server, person, path))
    const answered = Promise.withResolvers<number>()
    const slow = request({ hostname, port, path: pathname, method: 'PUT', headers: { 'content-length': bytes.length } })
    slow.on('response', (answer) => answered.resolve(answer.resume().statusCode ?? 0)).on('error', answered.reject)
    await new Promise((done) => slow.write(bytes.subarray(0, 100_000), done))
    const stopping = server.stop()
    await eventually('no new connection is accepted', () => refusesConnections(server.port))
    slow.end(bytes.subarray(100_000))
    assert.equal(await answered.promise, 200)
    assert.equal(await stopping, 0)

    const next = await startServer({ dataDir })
    try {
      assert.deepEqual(await stored(next, person, path), bytes)
    } finally {
      await next.stop()
    }
  })

  test('every earlier request is answered', async () => {
    const server = await startServer()
    const person = await newPerson(server)
    const urls = await Promise.all(
      Array.from({ length: 40 }, (_, at) => uploadUrl(server, person, own(person, `${at}`))),
    )
    const body = 'x'.repeat(50_000)
    const answers: Promise<string>[] = []
    const sent = urls.map(async (url) => {
      const socket = connect(server.port)
      await once(socket, 'connect')
      const text = Promise.withResolvers<string>()
      let seen = ''
      socket.setEncoding('utf8').on('data', (part: string) => {
        seen += part
      })
      socket.on('error', (error) => text.reject(error)).on('close', () => text.resolve(seen))
      answers.push(text.promise)
      const head = `PUT ${new URL(url).pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`
      socket.write(head + body)
    })
    await Promise.all(sent)
    assert.equal(await server.stop(), 0)
    assert.equal(answers.length, urls.length)
    for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1\.1 200 /)
  })

  for (const [what, sent] of [
    ['is only open', ''],
    ['has sent half a head', 'GET /health HTTP/1.1\r\nHost: localhost'],
    ['is kept alive', 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ] as const) {
    test(`a connection that ${what} does not delay it`, async () => {
      const server = await startServer()
      const client = connect(server.port)
      // The server may also close with a reset.
      client.on('error', () => {})
      try {
        await new Promise((done) => client.once('connect', done))
        await new Promise((done) => client.write(sent, done))
        if (what === 'is kept alive') await new Promise((done) => client.once('data', done))
        const stopping = performance.now()
        assert.equal(await server.stop(), 0)
        assert.ok(performance.now() - stopping < STOP_MS)
      } finally {
        client.destroy()
      }
    })
  }
})

function refusesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port)
    probe.once('connect', () => {
      probe.destroy()
      resolve(false)
    })
    probe.once('error', () => resolve(true))
  })
}
