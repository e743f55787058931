import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, mock } from 'node:test'
import { GOOD_NETWORK } from '@cloudstead/wx'
import { preparePermissions } from '../../quickstart/permissions.ts'
import { type ServerProcess, startServer } from '../../quickstart/server-process.ts'
import { copyFunctions, type FunctionsCopy, writeLoginKey } from './functions.ts'
import { type Bundle, bundleProgram, type OpenPage, type Phone, switchOn } from './phone.ts'

const QUICKSTART = join(import.meta.dirname, '../../quickstart')
const ALBUM = ['mountains.jpg', '湖上清晨.jpg', 'dunes.png'].map((name) => join(QUICKSTART, 'pictures', name))

interface TileData {
  readonly key: string
  readonly state: string
  readonly fileID: string
  readonly note: { readonly code: string } | null
}

function tilesOf(page: OpenPage): readonly TileData[] {
  return page.data.tiles as readonly TileData[]
}

function statesOf(page: OpenPage): readonly string[] {
  return tilesOf(page).map(({ state }) => state)
}

function noteCode(page: OpenPage): string | undefined {
  return (page.data.note as { code: string } | null)?.code
}

describe('the pages on a simulated phone with a real server', () => {
  let bundle: Bundle
  let functions: FunctionsCopy
  let dataDir: string
  let server: ServerProcess
  let alice: Phone
  const phones: Phone[] = []

  const phoneOf = (user: string): Phone => {
    const phone = switchOn(bundle, server, { loginCode: `dev:${user}`, media: ALBUM })
    phones.push(phone)
    return phone
  }

  /** The page for a new order, filled in with the three pictures of the album. */
  const filledIn = async (phone: Phone, title: string): Promise<OpenPage> => {
    const page = await phone.open('new-order')
    await page.call('onTitle', { detail: { value: title } })
    await page.call('onAdd')
    return page
  }

  const orderIdOf = (phone: Phone): string =>
    decodeURIComponent(/orderId=([^&]+)/.exec(phone.visited.at(-1) ?? '')?.[1] ?? '')

  before(async () => {
    // The program logs the fileIDs for the developer.
    mock.method(console, 'info', () => {})
    dataDir = mkdtempSync(join(tmpdir(), 'orders-data-'))
    functions = copyFunctions()
    const starting = startServer({ env: 'demo-1abcde', port: 0, dataDir, functions: functions.directory })
    ;[bundle, server] = await Promise.all([bundleProgram(), starting])
    await preparePermissions(server)
    writeLoginKey(functions.directory, await server.createLoginKey())
    alice = phoneOf('alice')
  })
  after(async () => {
    mock.restoreAll()
    for (const phone of phones) phone.switchOff()
    await server?.stop()
    bundle?.remove()
    functions?.remove()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('log in automatically', async () => {
    const page = await alice.open('index')
    await page.call('logIn')
    assert.equal(page.data.state, 'loggedIn')
    assert.match(String(page.data.userId), /^o/)
    assert.deepEqual([page.data.env, page.data.server], [server.env, server.url])
  })

  it('say what is missing in a new order', async () => {
    const page = await alice.open('new-order')
    await page.call('onSubmit')
    assert.notEqual(page.data.titleProblem, '')
    assert.notEqual(page.data.filesProblem, '')
    assert.deepEqual(alice.visited, [])
  })

  it('upload the pictures of an order, save their fileIDs, and show it', async () => {
    const form = await filledIn(alice, '三月的风景')
    assert.deepEqual(statesOf(form), ['chosen', 'chosen', 'chosen'])
    await form.call('upload', tilesOf(form))
    assert.deepEqual(statesOf(form), ['done', 'done', 'done'])
    assert.equal(form.data.progress, 100)
    const fileIDs = tilesOf(form).map(({ fileID }) => fileID)
    for (const fileID of fileIDs)
      assert.match(fileID, /^cloud:\/\/.+\/users\/o[^/]+\/orders\/[^/]+\/\d+_[0-9a-f]+\.\w+$/)

    const page = await alice.open('order', { orderId: orderIdOf(alice) })
    await page.call('load')
    assert.equal(page.data.title, '三月的风景')
    const pictures = page.data.pictures as readonly { fileID: string; url: string; problem: string }[]
    assert.deepEqual(
      pictures.map(({ fileID }) => fileID),
      fileIDs,
    )
    for (const { url, problem } of pictures) {
      assert.equal(problem, '')
      assert.equal((await fetch(url)).status, 200)
    }
  })

  it('list the orders, latest first', async () => {
    const form = await filledIn(alice, 'second')
    await form.call('upload', tilesOf(form))
    const page = await alice.open('orders')
    await page.call('load')
    const rows = page.data.rows as readonly { title: string; cover: string }[]
    assert.deepEqual(
      rows.map(({ title }) => title),
      ['second', '三月的风景'],
    )
    assert.match(rows[0]?.cover ?? '', /^cloud:/)
  })

  it('do not show the order to other users', async () => {
    const bob = phoneOf('bob')
    const page = await bob.open('order', { orderId: orderIdOf(alice) })
    await page.call('load')
    assert.equal(page.data.state, 'missing')
    const list = await bob.open('orders')
    await list.call('load')
    assert.deepEqual([list.data.state, list.data.rows], ['ready', []])
  })

  it('save the changes of the uploader, and delete an order with its files', async () => {
    const orderId = orderIdOf(alice)
    const page = await alice.open('order', { orderId })
    await page.call('load')
    const [kept, ...rest] = page.data.images as readonly string[]
    const dropped = (page.data.pictures as readonly { url: string }[]).slice(1).map(({ url }) => url)
    await page.call('onChange', { detail: { fileIDs: [kept] } })
    const again = await alice.open('order', { orderId })
    await again.call('load')
    assert.deepEqual(again.data.images, [kept])
    assert.equal(rest.length, 2)
    for (const url of dropped) assert.equal((await fetch(url)).status, 404)

    await again.call('onDelete')
    assert.equal(alice.visited.at(-1), 'back')
    const gone = await alice.open('order', { orderId })
    await gone.call('load')
    assert.equal(gone.data.state, 'missing')
  })

  it('stop if the user cancels, and upload the rest later', async () => {
    const carol = phoneOf('carol')
    const form = await filledIn(carol, 'slowly')
    carol.device.setNetwork({ uploadBytesPerSecond: 20_000 })
    const uploading = form.call('upload', tilesOf(form))
    while (!statesOf(form).includes('uploading')) await new Promise((turn) => setTimeout(turn, 10))
    await form.call('onCancel')
    await uploading
    assert.deepEqual([form.data.phase, noteCode(form)], ['editing', undefined])
    assert.notEqual(form.data.summary, '')

    carol.device.setNetwork(GOOD_NETWORK)
    await form.call(
      'upload',
      tilesOf(form).filter(({ state }) => state !== 'done'),
    )
    assert.deepEqual(statesOf(form), ['done', 'done', 'done'])
    const page = await carol.open('order', { orderId: orderIdOf(carol) })
    await page.call('load')
    assert.equal((page.data.images as readonly string[]).length, 3)
  })

  it('show a failure in the form', async () => {
    const dave = phoneOf('dave')
    const form = await filledIn(dave, 'nowhere')
    dave.device.setAlbum({ outcome: 'denied' })
    await form.call('onAdd')
    assert.equal(noteCode(form), 'PERMISSION_MISSING')
    assert.notEqual(form.data.noteAction, '')
  })

  for (const [row, expected] of [
    ['R24', { code: 'TIMEOUT' }],
    ['R25', { code: 'WRONG_ENVIRONMENT' }],
    ['R26', { text: /HTTP 403; after renewal: HTTP 200/ }],
    ['R27', { text: /Refused \(HTTP 403\)/ }],
    ['R28', { code: 'FILE_TOO_LARGE' }],
  ] as const) {
    it(`provoke row ${row} of the error table`, async () => {
      const page = await alice.open('errors')
      const rows = () => page.data.rows as readonly { id: string; text: string; note: { code: string } | null }[]
      const index = rows().findIndex(({ id }) => id === row)
      await page.call('onProvoke', { currentTarget: { dataset: { index } } })
      if ('code' in expected) assert.equal(rows()[index]?.note?.code, expected.code)
      else assert.match(rows()[index]?.text ?? '', expected.text)
    })
  }
})
