/**
 * The recipe, step by step: get a login ticket from the cloud function, log in, choose pictures, upload them, save their
 * fileIDs in an order, read the order back, turn fileIDs into URLs, fetch the bytes; and a second user who is refused.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { RequestResult, Wx } from '@cloudstead/wx'
import { expectSame, type Step, Unexpected } from './output.ts'
import { type SdkVersion, switchOn, type UrlItem } from './phone.ts'
import type { ServerProcess } from './server-process.ts'

/** `cloudstead dev` simulates a WeChat user for login codes like these. */
const ALICE_LOGIN_CODE = 'dev:alice'
const BOB_LOGIN_CODE = 'dev:bob'
/** The cloud function of the orders app, and its route. */
const TICKET_FUNCTION = 'getLoginTicket'
const ALBUM = ['mountains.jpg', '湖上清晨.jpg', 'dunes.png'].map((name) => join(import.meta.dirname, 'pictures', name))
const REFUSED = 'STORAGE_EXCEED_AUTHORITY'

export interface RecipeResult {
  /** The id in Alice's paths, `users/{uid}/`. */
  readonly uid: string
  readonly orderId: string
  readonly fileIDs: readonly string[]
  readonly tempFileURLs: readonly string[]
}

export type Server = Pick<ServerProcess, 'env' | 'host' | 'functionCalls'>

/** @throws StepFailed if a result differs from the recipe, or if the SDK throws */
export async function runRecipe(server: Server, sdk: SdkVersion, step: Step): Promise<RecipeResult> {
  const alice = switchOn(sdk, server.host, server.env, { loginCode: ALICE_LOGIN_CODE, media: ALBUM })
  const bob = switchOn(sdk, server.host, server.env, { loginCode: BOB_LOGIN_CODE })
  const aliceDb = alice.app.database()

  try {
    const ticket = await step(`wx.login, then the cloud function ${TICKET_FUNCTION} makes a ticket`, async (show) => {
      const { code } = await alice.wx.login()
      const url = `http://${server.host}/fn/${TICKET_FUNCTION}`
      const { data, header } = await post(alice.wx, url, { code })
      const made = (data as { ticket?: unknown }).ticket
      if (typeof made !== 'string') throw new Unexpected(`the answer of ${TICKET_FUNCTION}`, 'a ticket', data)
      const calls = await server.functionCalls(TICKET_FUNCTION)
      const call = calls.find(({ requestId }) => requestId === header['x-request-id'])
      if (call === undefined) throw new Unexpected('the log of the function', 'the call', calls)
      show('code', code)
      show('route', `POST ${url}`)
      show('duration', `${call.durationMs} ms`)
      show('log', call.lines.at(-1)?.text ?? '')
      return made
    })

    const user = await step('Alice logs in with the ticket', async (show) => {
      const { error } = await alice.auth.signInWithCustomTicket(async () => ticket)
      expectSame('the login failed', error ?? null, null)
      expectSame('hasLoginState() is truthy', Boolean(alice.auth.hasLoginState()), true)
      const state = await alice.auth.getLoginState()
      if (state === null) throw new Unexpected('a login state', 'a user', state)
      show('custom id', `${customIdIn(ticket)} (the openid, in the ticket)`)
      show('uid', `${state.user.uid} (user.uid, for the path)`)
      return state.user
    })

    const pictures = await step('wx.chooseMedia: she picks three pictures', async (show) => {
      const { tempFiles } = await alice.wx.chooseMedia({ count: 9, mediaType: ['image'], sizeType: ['compressed'] })
      expectSame('three pictures were picked', tempFiles.length, ALBUM.length)
      return tempFiles.map(({ tempFilePath, size }, position) => {
        const original = ALBUM[position] ?? ''
        show(basename(original), `${kilobytes(size)}, ${tempFilePath}`)
        return { tempFilePath, original }
      })
    })

    const fileIDs = await step(`app.uploadFile: each goes to users/${user.uid}/`, async (show) => {
      const uploaded: string[] = []
      for (const { tempFilePath, original } of pictures) {
        // user.customUserId is undefined in js-sdk 2.27.2, for every login; user.uid is an id that every SDK has.
        const cloudPath = `users/${user.uid}/${Date.now()}_${randomBytes(4).toString('hex')}${extname(tempFilePath)}`
        const percentages: number[] = []
        const { fileID } = await alice.app.uploadFile({
          cloudPath,
          filePath: tempFilePath,
          onUploadProgress: ({ progress }) => percentages.push(progress),
        })
        if (!fileID.startsWith('cloud://') || !fileID.endsWith(`/${cloudPath}`)) {
          throw new Unexpected(`the fileID of ${basename(original)}`, `cloud://.../${cloudPath}`, fileID)
        }
        expectSame('the last progress', percentages.at(-1), 100)
        show(basename(original), `${[...new Set(percentages)].join(' → ')} %`)
        show('', fileID)
        uploaded.push(fileID)
      }
      return uploaded
    })

    const orderId = await step('The fileIDs are saved in an order', async (show) => {
      const orders = aliceDb.collection('orders')
      const added = await orders.add({ title: '三张风景 / three landscapes' })
      const id = added.id ?? ''
      if (id === '') throw new Unexpected('an order was added', 'an id', added)
      const result = await orders.doc(id).update({ images: fileIDs, updatedAt: aliceDb.serverDate() })
      expectSame('one order was updated', result.updated ?? result.code, 1)
      show('order', id)
      show('update', '{ images: fileIDs, updatedAt: db.serverDate() }')
      return id
    })

    const images = await step('The order is read back', async (show) => {
      const { data } = await aliceDb.collection('orders').doc(orderId).get()
      const order = data[0] ?? {}
      expectSame('the images of the order', JSON.stringify(order.images), JSON.stringify(fileIDs))
      if (!(order.updatedAt instanceof Date)) throw new Unexpected('updatedAt', 'a date', order.updatedAt)
      show('title', String(order.title))
      show('images', `${fileIDs.length} fileIDs, as saved`)
      show('updatedAt', order.updatedAt.toISOString())
      return order.images as string[]
    })

    const urls = await step('app.getTempFileURL: fileIDs become URLs', async (show) => {
      const { fileList } = await alice.app.getTempFileURL({ fileList: images })
      return fileList.map((item, position) => {
        expectSame('a URL for each picture', item.code, 'SUCCESS')
        show(basename(pictures[position]?.original ?? ''), `valid for ${item.maxAge} s`)
        show('', item.tempFileURL)
        return item.tempFileURL
      })
    })

    await step('The bytes behind the URLs are the originals', async (show) => {
      for (const [position, url] of urls.entries()) {
        const original = pictures[position]?.original ?? ''
        const response = await fetch(url)
        expectSame(`status of ${url}`, response.status, 200)
        const digest = sha256(new Uint8Array(await response.arrayBuffer()))
        expectSame(`sha256 of ${basename(original)}`, digest, sha256(await readFile(original)))
        show(basename(original), `sha256 ${digest.slice(0, 16)}…, ${response.headers.get('content-type')}`)
      }
    })

    await step('Bob logs in with WeChat and is refused', async (show) => {
      const { error } = await bob.auth.signInWithOpenId({ useWxCloud: false })
      expectSame('the login failed', error ?? null, null)
      show('uid', (await bob.auth.getLoginState())?.user.uid ?? '')

      const { fileList } = await bob.app.getTempFileURL({ fileList: fileIDs })
      for (const item of fileList) expectSame(`a URL of ${item.fileID}`, outcomeOf(item), REFUSED)
      show('read', `${REFUSED} for each of Alice's pictures`)

      const filePath = pictures[0]?.tempFilePath ?? ''
      const upload = bob.app.uploadFile({ cloudPath: `users/${user.uid}/from-bob.jpg`, filePath })
      const answer = await upload.then(
        ({ fileID }) => fileID,
        (error: Error) => error.message,
      )
      if (!answer.includes(REFUSED)) throw new Unexpected("an upload into Alice's directory", REFUSED, answer)
      show('upload', `${REFUSED} for users/${user.uid}/from-bob.jpg`)

      const { data } = await bob.app.database().collection('orders').doc(orderId).get()
      expectSame("Alice's order as Bob sees it", JSON.stringify(data), '[]')
      show('order', 'not found')
    })

    await step('A URL without its signature is refused', async (show) => {
      const bare = urls[0]?.split('?')[0] ?? ''
      const { status } = await fetch(bare)
      expectSame(`status of ${bare}`, status, 403)
      show('403', bare)
    })

    return { uid: user.uid, orderId, fileIDs, tempFileURLs: urls }
  } finally {
    alice.switchOff()
    bob.switchOff()
  }
}

function post(wx: Wx, url: string, data: object): Promise<RequestResult> {
  return new Promise((success, fail) => {
    wx.request({ url, method: 'POST', data, success, fail: ({ errMsg }) => fail(new Error(errMsg)) })
  })
}

/** A ticket is the id of a key, a separator and a JWT. */
function customIdIn(ticket: string): string {
  const payload = ticket.split('.')[1] ?? ''
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { uid: string }).uid
}

function outcomeOf(item: UrlItem): string {
  return item.tempFileURL === '' ? item.code : item.tempFileURL
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KB`
}
