/** The lines that `cloudstead dev` prints direct every version of js-sdk to the server, in Mini Programs and in Node. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { runInThisContext } from 'node:vm'
import { createMiniProgramRuntime, createWx } from '@cloudstead/wx'
import { type Phone, SDK_PACKAGES } from './support/clients.ts'
import { type Journey, journey, linesFor, printedLines, SDK_LINES } from './support/pointing.ts'
import { serverForFile } from './support/server.ts'

const collections = { orders: { acl: 'PRIVATE' }, notices: { acl: 'ADMINONLY' } }
const config = { storage: { acl: 'PRIVATE' }, database: { collections } }
const server = await serverForFile({ mode: 'dev', config })
const folder = await mkdtemp(join(tmpdir(), 'cloudstead-pointing-'))
after(() => rm(folder, { recursive: true }))
const file = join(folder, 'a.txt')
await writeFile(file, 'hello')

type SdkLine = (typeof SDK_LINES)[number]

/** A function that runs lines of a program with the SDK and returns its `app`. */
function programOf(lines: string): (cloudbase: unknown) => Phone['app'] {
  return runInThisContext(`(cloudbase) => { ${lines}\nreturn app }`) as (cloudbase: unknown) => Phone['app']
}

/** A phone with the SDK; `hosts` and `paths` are those of its requests. */
function phoneWith(sdk: SdkLine) {
  const device = createWx()
  const requests: URL[] = []
  for (const method of ['request', 'uploadFile', 'downloadFile'] as const) {
    const send = device.wx[method] as (options: { url: string }) => unknown
    Object.assign(device.wx, {
      [method](options: { url: string }) {
        requests.push(new URL(options.url))
        return send.call(device.wx, options)
      },
    })
  }
  const { wx, Page, App } = device
  const runtime = createMiniProgramRuntime({ wx, Page, App, resolveFrom: import.meta.dirname })
  after(() => {
    runtime.dispose()
    device.dispose()
  })
  const loaded = runtime.require<{ default?: unknown }>(SDK_PACKAGES[sdk])
  return { cloudbase: loaded.default ?? loaded, device, requests }
}

async function assertDone({ fileID, url, updated, value }: Journey): Promise<void> {
  assert.match(fileID, /^cloud:\/\/demo-1abcde\./)
  assert.equal(new URL(url).host, server.host)
  assert.equal(await (await fetch(url)).text(), 'hello')
  assert.deepEqual([updated, value], [1, 2])
}

async function assertPhoneWorks(sdk: SdkLine, lines: string, before: string): Promise<void> {
  const { cloudbase, device, requests } = phoneWith(sdk)
  const picture = device.wx.env.USER_DATA_PATH
  device.wx.getFileSystemManager().writeFileSync(`${picture}/a.txt`, 'hello', 'utf8')
  if (before !== '') programOf(before)(cloudbase)
  await assertDone(await journey(programOf(lines)(cloudbase), `${picture}/a.txt`))
  assert.deepEqual([...new Set(requests.map(({ host }) => host))], [server.host])
  const paths = requests.map(({ pathname }) => pathname)
  assert.ok(paths.includes('/web') && paths.includes('/auth/v1/signin/anonymously'), paths.join())
  assert.ok(
    paths.some((path) => path.startsWith('/v1/model/')),
    paths.join(),
  )
}

describe('a Mini Program', () => {
  for (const sdk of SDK_LINES) {
    test(`with js-sdk ${sdk} does everything with the server, also after a second init`, async () => {
      const lines = await linesFor(server, sdk)
      await assertPhoneWorks(sdk, lines, '')
      // The hook stays; without it the line after `init` belongs to each `init`.
      const again = lines.includes('registerHook') ? lines.slice(lines.indexOf('const app')) : lines
      await assertPhoneWorks(sdk, again, lines)
    })
  }

  test('with js-sdk 3.7.0 also by the statement for older versions', async () => {
    const { registerHook } = await printedLines(server)
    const lines = registerHook.replace(/(init\(\{ env: '[^']+') \}/, "$1, endPointMode: 'CLOUD_API' }")
    await assertPhoneWorks('3.7.0', lines, '')
  })

  test('with js-sdk 3.7.0 needs endPointMode: in its default mode it cannot update a document, and hides refusals', async () => {
    const { registerHost } = await printedLines(server)
    const { cloudbase } = phoneWith('3.7.0')
    const app = programOf(registerHost.replace(", endPointMode: 'CLOUD_API'", ''))(cloudbase)
    await app.auth().signInAnonymously({})
    const orders = app.database().collection('orders')
    const { id } = await orders.add({ value: 1 })
    await assert.rejects(orders.doc(id).update({ value: 2 }), { errMsg: 'request:fail invalid method "PATCH"' })
    const { id: refused, code } = await app.database().collection('notices').add({ value: 1 })
    assert.deepEqual([refused, code], [undefined, undefined])
  })
})

describe('a Node program', () => {
  const run = async (name: string, packageName: string, lines: string): Promise<Journey> => {
    const program = `
      const lookedUp = []
      const dns = require('node:dns')
      const { lookup } = dns
      dns.lookup = Object.assign((host, ...rest) => { lookedUp.push(host); return lookup(host, ...rest) }, lookup)
      const loaded = require('${packageName}')
      const cloudbase = loaded.default ?? loaded
      ${lines}
      const journey = ${journey}
      journey(app, new Blob(['hello'])).then((done) => {
        process.stdout.write('\\n' + JSON.stringify({ ...done, lookedUp }))
        process.exit()
      })`
    const script = join(folder, `${name}.cjs`)
    await writeFile(script, program)
    const NODE_PATH = [join(import.meta.dirname, 'node_modules'), join(import.meta.dirname, '../node_modules')].join(
      ':',
    )
    const env = { ...process.env, NODE_PATH, TENCENTCLOUD: 'true' }
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env })
    const { lookedUp, ...done } = JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as Journey & { lookedUp: string[] }
    assert.deepEqual(
      lookedUp.filter((host) => host !== '127.0.0.1'),
      [],
    )
    return done
  }

  // 2.32.0 needs the global `window` of a browser in `init`.
  for (const sdk of SDK_LINES.filter((line) => line !== '2.32.0')) {
    test(`with js-sdk ${sdk} does everything with the server`, async () => {
      await assertDone(await run(sdk, SDK_PACKAGES[sdk], await linesFor(server, sdk)))
    })
  }

  test('with js-sdk 3.7.0 also works in its default mode', async () => {
    const { registerHost } = await printedLines(server)
    const lines = registerHost.replace(", endPointMode: 'CLOUD_API'", '')
    await assertDone(await run('default-mode', SDK_PACKAGES['3.7.0'], lines))
  })
})
