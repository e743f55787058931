import type { App, Database } from '../support/sdk.ts'
import { commandProbes, databaseProbes, geoProbes } from './database-probes.ts'
import { functionProbes } from './function-probes.ts'
import {
  BYTES,
  bytesAt,
  type DatabaseClient,
  equal,
  invoke,
  ok,
  type Probes,
  reasonOfRefusal,
  sameBytes,
} from './probe.ts'

type Fields = Readonly<Record<string, unknown>>

interface Item {
  readonly code: string
  readonly fileID: string
  readonly tempFileURL: string
}

/** The calls that all server SDKs have. */
export interface ServerApp extends Pick<App, 'callFunction'> {
  database(options?: object): Database
  uploadFile(input: { cloudPath: string; fileContent: Uint8Array }): Promise<{ fileID: string }>
  downloadFile(input: { fileID: string }): Promise<{ fileContent: Uint8Array }>
  getTempFileURL(input: { fileList: unknown[] }): Promise<{ fileList: readonly Item[] }>
  deleteFile(input: { fileList: string[] }): Promise<{ fileList: readonly Item[] }>
}

/** A server SDK, started as its documentation says. */
export interface ServerClient extends DatabaseClient {
  readonly app: ServerApp
  /** The module of the SDK. */
  readonly sdk: object
  /** A folder that no other column uses, without a final slash. */
  readonly root: string
  /** `http://127.0.0.1:8787`. */
  readonly url: string
  readonly env: string
  readonly customUserId: string
}

let made = 0

async function uploaded({ app, root }: ServerClient): Promise<string> {
  made += 1
  return (await app.uploadFile({ cloudPath: `${root}/图 ${made}.png`, fileContent: Buffer.from(BYTES) })).fileID
}

async function calls({ app }: ServerClient, name: string, ...values: unknown[]): Promise<Fields> {
  return (await invoke(app, name, ...values)) as Fields
}

async function auth(client: ServerClient, name: string, ...values: unknown[]): Promise<Fields> {
  return (await invoke(await calls(client, 'auth'), name, ...values)) as Fields
}

/** Sets environment variables as a cloud function has them while a user calls it. One of them names the others. */
async function calledBy<T>(variables: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const names = [...Object.keys(variables), 'TCB_CONTEXT_KEYS']
  const former = names.map((name) => process.env[name])
  Object.assign(process.env, variables, { TCB_CONTEXT_KEYS: Object.keys(variables).join() })
  try {
    return await work()
  } finally {
    for (const [at, name] of names.entries()) {
      const value = former[at]
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

/** The context argument of a cloud function. */
function contextOf({ env }: ServerClient, uid = ''): object {
  const limits = { memory_limit_in_mb: 256, time_limit_in_ms: 3000, function_version: '$LATEST', function_name: 'f' }
  const environment = JSON.stringify({ TCB_UUID: uid, LOGINTYPE: 'CUSTOM' })
  return { ...limits, request_id: 'r', namespace: env, environ: `TCB_UUID=${uid};LOGINTYPE=CUSTOM`, environment }
}

const appProbes: Probes<ServerClient> = {
  'app.parseContext': async (client) => {
    const context = (await invoke(client.sdk, 'parseContext', contextOf(client))) as Fields
    equal(context.namespace, client.env)
  },
  'app.getCloudbaseContext': async (client) => {
    const context = (await invoke(client.sdk, 'getCloudbaseContext', contextOf(client, 'somebody'))) as Fields
    equal(context.TCB_UUID, 'somebody')
  },
  'app.init': async ({ app }) => ok(typeof app.uploadFile === 'function', 'an app'),
  'app.logger': async (client) => ok((await calls(client, 'logger')).info, 'a logger'),
  'app.auth': async (client) => ok((await calls(client, 'auth')).createTicket, 'an auth object'),
  'app.database': async ({ app }) => ok(app.database().command, 'a database'),
  'app.registerExtension': async (client) => {
    await calls(client, 'registerExtension', { name: 'mine', invoke: async () => ({}) })
  },
  'app.invokeExtension': async (client) => {
    await calls(client, 'registerExtension', { name: 'mine', invoke: async (n: number) => ({ n }) })
    equal((await calls(client, 'invokeExtension', 'mine', 5)).n, 5)
  },
  'app.uploadFile': async (client) => {
    ok((await uploaded(client)).endsWith(`${client.root}/图 ${made}.png`), 'the fileID of the path')
  },
  'app.uploadFile that is refused': async ({ app }) => {
    const refused = app.uploadFile({ cloudPath: '//a.png', fileContent: Buffer.from(BYTES) })
    ok((await reasonOfRefusal(refused)).includes('INVALID_FILE_NAME'), 'the code')
  },
  'app.downloadFile': async (client) => {
    const fileID = await uploaded(client)
    sameBytes((await client.app.downloadFile({ fileID })).fileContent)
  },
  'app.downloadFile that is refused': async (client) => {
    const refused = client.app.downloadFile({ fileID: `${await uploaded(client)}x` })
    ok((await reasonOfRefusal(refused)).includes('STORAGE_FILE_NONEXIST'), 'the code')
  },
  'app.getTempFileURL': async (client) => {
    const fileID = await uploaded(client)
    const { fileList } = await client.app.getTempFileURL({ fileList: [fileID, { fileID, maxAge: 60 }, `${fileID}x`] })
    equal(
      fileList.map(({ code }) => code),
      ['SUCCESS', 'SUCCESS', 'STORAGE_FILE_NONEXIST'],
    )
    for (const { tempFileURL } of fileList.slice(0, 2)) sameBytes(await bytesAt(tempFileURL))
  },
  'app.deleteFile': async (client) => {
    const fileID = await uploaded(client)
    const { fileList } = await client.app.deleteFile({ fileList: [fileID, `${fileID}x`] })
    equal(
      fileList.map((item) => [item.fileID, item.code]),
      [
        [fileID, 'SUCCESS'],
        [`${fileID}x`, 'STORAGE_FILE_NONEXIST'],
      ],
    )
  },
  'app.copyFile': async (client) => {
    const fileID = await uploaded(client)
    const srcPath = fileID.slice(fileID.indexOf(client.root))
    const dstPath = srcPath.replace(client.root, `${client.root}/copied`)
    const { fileList } = await calls(client, 'copyFile', { fileList: [{ srcPath, dstPath, overwrite: true }] })
    equal((fileList as readonly Item[])[0]?.code, 'SUCCESS')
    sameBytes((await client.app.downloadFile({ fileID: fileID.replace(srcPath, dstPath) })).fileContent)
  },
  'app.getFileInfo': async (client) => {
    const { fileList } = await calls(client, 'getFileInfo', { fileList: [await uploaded(client)] })
    const [info] = fileList as readonly Fields[]
    equal([info?.code, info?.size, info?.contentType], ['SUCCESS', BYTES.length, 'image/png'])
  },
  'app.getUploadMetadata': async (client) => {
    const { data } = await calls(client, 'getUploadMetadata', { cloudPath: `${client.root}/metadata.png` })
    const { url, fileId } = data as { url: string; fileId: string }
    equal((await fetch(url, { method: 'PUT', body: BYTES })).status, 200)
    sameBytes((await client.app.downloadFile({ fileID: fileId })).fileContent)
  },
}

const authProbes: Probes<ServerClient> = {
  'auth.getAuthContext': async (client) => {
    const { uid, loginType } = await auth(client, 'getAuthContext', contextOf(client, 'somebody'))
    equal([uid, loginType], ['somebody', 'CUSTOM'])
  },
  'auth.getClientIP': async (client) => {
    const ip = await calledBy({ TCB_SOURCE_IP: '192.0.2.1' }, () => auth(client, 'getClientIP'))
    equal(ip, '192.0.2.1')
  },
  'auth.getUserInfo': async (client) => {
    const user = await calledBy({ TCB_UUID: 'somebody' }, () => auth(client, 'getUserInfo'))
    equal(user.uid, 'somebody')
  },
  'auth.getEndUserInfo': async (client) => {
    const { userInfo } = await auth(client, 'getEndUserInfo', client.customUserId)
    equal((userInfo as Fields).customUserId, client.customUserId)
  },
  'auth.queryUserInfo': async (client) => {
    const { customUserId } = client
    const { userInfo } = await auth(client, 'queryUserInfo', { platform: 'CUSTOM', platformId: customUserId })
    equal((userInfo as Fields).uid, customUserId)
  },
  'auth.createTicket': async (client) => {
    const ticket = String(await auth(client, 'createTicket', client.customUserId))
    const response = await fetch(`${client.url}/auth/v1/signin/custom?client_id=${client.env}`, {
      method: 'POST',
      body: JSON.stringify({ provider_id: 'custom', ticket }),
    })
    equal(response.status, 200)
  },
}

/** What administrators may do, or only server SDKs have. */
const adminDatabaseProbes: Probes<ServerClient> = {
  'db.createCollection': async ({ app, collection }) => {
    const db = app.database()
    const name = `${collection}-created`
    await db.createCollection(name)
    ok((await db.collection(name).add({ a: 1 })).id, 'an id')
  },
  'query.options': async ({ app, collection }) => {
    const things = app.database().collection(collection)
    await Promise.all([things.add({ kind: 'options' }), things.add({ kind: 'options' })])
    const query = (await invoke(things.where({ kind: 'options' }), 'options', { multiple: false })) as typeof things
    equal((await query.update({ a: 1 })).updated, 1)
  },
  'query.updateAndReturn': async ({ app, collection }) => {
    const things = app.database().collection(collection)
    const { id } = await things.add({ n: 1 })
    const { doc } = (await invoke(things.where({ _id: id }), 'updateAndReturn', { n: 2 })) as { doc: Fields }
    equal(doc.n, 2)
  },
  'doc.delete': async ({ app, collection }) => {
    const things = app.database().collection(collection)
    const { id } = await things.add({ n: 1 })
    await invoke(things.doc(id), 'delete')
    equal((await things.where({ _id: id }).count()).total, 0)
  },
}

export const SERVER_PROBES: Probes<ServerClient> = {
  ...appProbes,
  ...functionProbes,
  ...databaseProbes,
  ...commandProbes,
  ...geoProbes,
  ...adminDatabaseProbes,
  ...authProbes,
}
