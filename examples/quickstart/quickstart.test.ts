/** Runs `npm start`. Needs the build, like `npm start` itself. */
import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { copyFunctions, type FunctionsCopy, loginKeyFile } from '../orders/tools/functions.ts'
import type { StepReport } from './output.ts'
import { startServer } from './server-process.ts'

interface RunReport {
  readonly ok: boolean
  readonly sdk: string
  readonly steps: readonly StepReport[]
  readonly uid: string
  readonly fileIDs: readonly string[]
  readonly tempFileURLs: readonly string[]
}
interface Report extends RunReport {
  readonly others: readonly RunReport[]
}

let scratch = ''
let functions: FunctionsCopy
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cloudstead-quickstart-'))
  functions = copyFunctions()
})
after(async () => {
  functions.remove()
  await rm(scratch, { recursive: true })
})

function start(dataDir: string, ...args: readonly string[]) {
  const script = join(import.meta.dirname, 'run.ts')
  const places = ['--data-dir', dataDir, '--functions', functions.directory]
  return spawn(process.execPath, [script, ...places, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Below the ports that the system gives to other tests, which could take the next port in between. */
async function takePort(): Promise<Server> {
  for (;;) {
    const server = createServer().listen(randomInt(20_000, 30_000), '127.0.0.1')
    const listens = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (listens) return server
  }
}

async function finish(child: ChildProcessByStdio<null, Readable, Readable>) {
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { stdout, stderr, code: child.exitCode }
}

async function runOnce(dataDir: string): Promise<Report> {
  const { stdout, stderr, code } = await finish(start(dataDir, '--once', '--json', '--port', '0'))
  assert.equal(code, 0, stdout + stderr)
  assert.equal(stderr, '')
  return JSON.parse(stdout) as Report
}

const uids = ({ steps }: RunReport) =>
  steps.flatMap(({ values }) => values.filter(({ label }) => label === 'uid').map(({ value }) => value))

test('every step passes with both versions of the SDK, also a second time on the same data with the same users', async () => {
  const dataDir = join(scratch, 'twice')
  const first = await runOnce(dataDir)
  const runs = [first, ...first.others]
  assert.deepEqual(
    runs.map(({ sdk }) => sdk),
    ['2.27.2', '3.7.0'],
  )
  for (const { ok, steps, uid, fileIDs, tempFileURLs } of runs) {
    assert.equal(ok, true)
    assert.deepEqual(
      steps.map(({ number, ok }) => [number, ok]),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((number) => [number, true]),
    )
    const login = Object.fromEntries((steps[0]?.values ?? []).map(({ label, value }) => [label, value]))
    assert.equal(login.code, 'dev:alice')
    assert.match(login.route ?? '', /^POST http:\/\/127\.0\.0\.1:\d+\/fn\/getLoginTicket$/)
    assert.match(login.duration ?? '', /^\d+ ms$/)
    assert.match(login.log ?? '', /^a ticket for o[\w-]{27}$/)
    assert.equal(fileIDs.length, 3)
    for (const fileID of fileIDs) {
      assert.match(fileID, new RegExp(`^cloud://demo-1abcde\\..+/users/${uid}/\\d+_[0-9a-f]{8}\\.(jpg|png)$`))
    }
    assert.equal(new Set(tempFileURLs).size, 3)
  }
  assert.deepEqual(runs.map(uids), [uids(first), uids(first)])

  const key = await readFile(loginKeyFile(functions.directory), 'utf8')
  const second = await runOnce(dataDir)
  assert.equal(second.ok, true)
  assert.equal(await readFile(loginKeyFile(functions.directory), 'utf8'), key, 'the key is kept')
  assert.deepEqual(uids(second), uids(first))
  assert.equal(new Set([...first.fileIDs, ...second.fileIDs]).size, 6)
})

test("the rule of the recipe is saved as in the Console: it is not locked, and somebody's change is kept and explained", async () => {
  const dataDir = join(scratch, 'rule')
  await runOnce(dataDir)
  const server = await startServer({ env: 'demo-1abcde', port: 0, dataDir })
  const { secretId, apiKey } = await server.createApiKey()
  const rules = `${server.url}/console/api/rules`
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
  try {
    const found = (await (await fetch(rules, { headers })).json()) as {
      source: string
      locked: boolean
      version: string
    }
    assert.deepEqual([found.source, found.locked], ['console', false])
    const body = JSON.stringify({ text: '"READONLY"', version: found.version })
    assert.equal((await fetch(rules, { method: 'PUT', headers, body })).status, 200)
  } finally {
    await server.revokeKey(secretId)
    await server.stop()
  }
  const { stdout, code } = await finish(start(dataDir, '--once', '--port', '0'))
  assert.equal(code, 1)
  assert.match(stdout, /Step 9 failed: .*\n\nThe storage rule was changed in the Console/)
})

test('without --once: a port in use is skipped; the server stays up until SIGTERM, which ends both with exit code 0', async () => {
  const taken = await takePort()
  const { port } = taken.address() as { port: number }
  const dataDir = join(scratch, 'up')
  const child = start(dataDir, '--port', String(port), '--app-port', '0')
  try {
    let printed = ''
    for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      printed += chunk
      if (printed.includes("const app = cloudbase.init({ env: 'demo-1abcde' })\n")) break
    }
    assert.match(printed, new RegExp(`Port ${port} is in use; using \\d+\\.`))
    assert.match(printed, /All 10 steps passed with both versions\./)
    assert.equal(printed.split(/^. 10\. /m).length, 3, 'the steps of both versions')
    assert.match(printed, /app\.registerHost\('127\.0\.0\.1:\d+', 'http'\)/)

    const health = /health +(http\S+)/.exec(printed)?.[1] ?? ''
    assert.equal((await fetch(health)).status, 200)
    const picture = await fetch(/picture +(http\S+)/.exec(printed)?.[1] ?? '')
    assert.equal(picture.headers.get('content-type'), 'image/jpeg')
    await picture.arrayBuffer()
    const [app = '', second = ''] = [...printed.matchAll(/http:\S+\?user=\w+/g)].map(([link]) => link)
    assert.match(await (await fetch(app)).text(), /<!doctype html>/i)
    assert.notEqual(app, second)

    const another = await finish(start(dataDir, '--once', '--port', '0'))
    assert.equal(another.code, 1)
    assert.match(another.stderr, /the server did not start: .*another server is already running/)
    const [, address = '', token = ''] =
      /it is at (http\S+)\n {2}console \1\/console\/#link=(\S+)/.exec(another.stderr) ?? []
    assert.equal(`${address}/health`, health)
    const headers = { 'content-type': 'application/json', 'x-cloudstead-console': '1', origin: address }
    const signIn = { method: 'POST', headers, body: JSON.stringify({ link: token }) }
    assert.equal((await fetch(`${address}/console/api/session`, signIn)).status, 200)

    child.kill('SIGTERM')
    assert.equal((await finish(child)).code, 0)
    await assert.rejects(fetch(health))
    await assert.rejects(fetch(app))
  } finally {
    child.kill('SIGTERM')
    taken.close()
  }
})
