/** Runs the script of docs/moving.md: it copies documents and files from one server to another and back. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { createAdmin } from '../acceptance/support/clients.ts'
import { type RunningServer, startServer } from '../acceptance/support/server.ts'

const ROOT = join(import.meta.dirname, '..')
const CONFIG = { database: { collections: { orders: { acl: 'PRIVATE' } } } }
const OWNER = 'oAlice'
const CREATED = new Date('2026-03-01T09:05:00Z')
/** The page size of the script is made so small here that it needs more than one page. */
const PAGE = 'const PAGE = 100'
const SMALL_PAGE = 'const PAGE = 2'
const MORE = 4

function scriptOf(page: string): string {
  const [, script] = /```js\n(\/\/ move\.cjs.*?)^```$/ms.exec(readFileSync(join(ROOT, page), 'utf8')) ?? []
  return script ?? assert.fail(`no script in ${page}`)
}

describe('the script of docs/moving.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloudstead-moving-'))
  let servers: readonly [RunningServer, RunningServer]

  before(async () => {
    servers = await Promise.all([
      startServer({ env: 'demo-1abcde', config: CONFIG }),
      startServer({ env: 'other-2fghij', config: CONFIG }),
    ])
    const script = scriptOf('docs/moving.md')
    assert.ok(script.includes(PAGE))
    writeFileSync(join(folder, 'move.cjs'), script.replace(PAGE, SMALL_PAGE))
  })
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    rmSync(folder, { recursive: true, force: true })
  })

  const admin = async (server: RunningServer) => createAdmin(server, await server.apiKey())
  const access = async ({ env, url, apiKey }: RunningServer) => {
    const { secretId, secretKey } = await apiKey()
    return { env, serviceUrl: `${url}/admin`, secretId, secretKey }
  }
  const move = async (from: RunningServer, to: RunningServer) => {
    writeFileSync(join(folder, 'move.json'), JSON.stringify({ from: await access(from), to: await access(to) }))
    const env = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') }
    return promisify(execFile)(process.execPath, ['move.cjs', 'orders'], { cwd: folder, env })
  }

  test('is the same in both languages', () => {
    const code = (page: string) => scriptOf(page).replace(/^ *(?:\/\/|\/\*\*).*$/gm, '')
    assert.equal(code('docs/moving.zh-CN.md'), code('docs/moving.md'))
  })

  test('copies documents, their owners and their files, and back', async () => {
    const [first, second] = servers
    const [here, there] = await Promise.all([admin(first), admin(second)])
    const cloudPath = `users/${OWNER}/西湖 日落.jpg`
    const { fileID } = await here.uploadFile({ cloudPath, fileContent: Buffer.from('sunset') })
    const order = { _openid: OWNER, images: [fileID, fileID], createdAt: CREATED, deep: { cover: fileID, n: 1 } }
    await here.database().collection('orders').doc('a').set(order)
    for (let index = 0; index < MORE; index += 1) await here.database().collection('orders').add({ index })

    const { stdout } = await move(first, second)
    assert.match(stdout, new RegExp(`orders: ${MORE + 1} documents\n1 files`))
    const { data } = await there.database().collection('orders').doc('a').get()
    const newFileID = `cloud://other-2fghij.6f74-other-2fghij-1250000000/${cloudPath}`
    const images = [newFileID, newFileID]
    assert.deepEqual(data, [{ _id: 'a', ...order, images, deep: { cover: newFileID, n: 1 } }])
    const { fileContent } = await there.downloadFile({ fileID: newFileID })
    assert.equal(String(fileContent), 'sunset')
    assert.equal((await there.database().collection('orders').count()).total, MORE + 1)

    await here.deleteFile({ fileList: [fileID] })
    await move(second, first)
    assert.deepEqual((await here.database().collection('orders').doc('a').get()).data, [{ _id: 'a', ...order }])
    assert.equal(String((await here.downloadFile({ fileID })).fileContent), 'sunset')
  })

  test('reports a missing file and goes on', async () => {
    const [first, second] = servers
    const gone = 'cloud://demo-1abcde.6465-demo-1abcde-1250000000/users/x/gone.jpg'
    await (await admin(first))
      .database()
      .collection('orders')
      .doc('b')
      .set({ images: [gone] })
    await assert.rejects(move(first, second), ({ stderr, stdout }: { stderr: string; stdout: string }) => {
      assert.ok(stderr.includes(`not moved: ${gone}`), stderr)
      return stdout.includes(`orders: ${MORE + 2} documents`)
    })
    const { data } = await (await admin(second)).database().collection('orders').doc('b').get()
    assert.deepEqual(data[0]?.images, [gone])
  })
})
