import { invoke } from '../compatibility/probe.ts'
import type { App, Collection, Database } from '../support/sdk.ts'
import type { ErrorColumn, ErrorSetup, Situation } from './columns.ts'

/** The calls that apps and servers have. */
export interface CommonClient {
  readonly app: Pick<App, 'getTempFileURL' | 'deleteFile' | 'getFileInfo' | 'copyFile' | 'downloadFile'> & {
    database(options?: object): Database
  }
  readonly setup: ErrorSetup
  /** A folder where this client may write, without a final slash. */
  readonly root: string
  /** Uploads a file to a path below `root`; resolves to its fileID. */
  upload(name: string, bytes?: Uint8Array): Promise<string>
}

/** More than `storage.maxFileSize` of the server. */
const LARGE_BYTES = 100_000
const MEGABYTE = 1024 * 1024
/** The calls that take a list of fileIDs. */
export const LIST_CALLS = ['getTempFileURL', 'deleteFile', 'getFileInfo'] as const

export const isGateway = (column: ErrorColumn) => column.build !== 'server' && column.mode === 'GATEWAY'
export const isActions = (column: ErrorColumn) => !isGateway(column)
/** In GATEWAY mode the SDK sends updates as PATCH, which Mini Programs do not have. */
const sendsUpdates = (column: ErrorColumn) => !(isGateway(column) && column.build === 'wechat')

export function things({ app }: CommonClient, name = 'things'): Collection {
  return app.database().collection(name)
}

/** The fileID of a file that does not exist. */
export function missing({ setup, root }: CommonClient): string {
  return `cloud://${setup.server.env}/${root}/missing.png`
}

export const COMMON_SITUATIONS: readonly Situation<CommonClient>[] = [
  {
    code: 'INVALID_PARAM',
    call: 'getTempFileURL',
    run: async (client) => client.app.getTempFileURL({ fileList: Array(51).fill(await client.upload('a.png')) }),
  },
  { code: 'INVALID_PARAM', call: 'query.get', run: (client) => things(client).where({ 'a..b': 1 }).get() },
  { code: 'INVALID_ACTION', call: 'aggregate.end', where: isActions, run: aggregate },
  { code: 'UNIMPLEMENTED', call: 'aggregate.end', where: isGateway, run: aggregate },
  { code: 'INVALID_FILE_NAME', call: 'uploadFile', run: (client) => client.upload('/a.png') },
  {
    code: 'EXCEED_UPLOAD_MAXFILESIZE',
    call: 'uploadFile',
    run: (client) => client.upload('large.png', new Uint8Array(LARGE_BYTES)),
  },
  {
    code: 'EXCEED_REQUEST_SIZE_LIMIT',
    call: 'collection.add',
    run: (client) => things(client).add({ text: 'x'.repeat(21 * MEGABYTE) }),
  },
  { code: 'EXCEED_MAX_RESPONSE_SIZE', call: 'query.get', run: (client) => things(client, 'large').get() },
  ...LIST_CALLS.map((call) => ({
    code: 'STORAGE_FILE_NONEXIST',
    call,
    run: (client: CommonClient) => client.app[call]({ fileList: [missing(client)] }),
  })),
  {
    code: 'STORAGE_FILE_NONEXIST',
    call: 'downloadFile',
    run: (client) => client.app.downloadFile({ fileID: missing(client) }),
  },
  {
    code: 'STORAGE_FILE_NONEXIST',
    call: 'copyFile',
    run: ({ app, root }) =>
      app.copyFile({ fileList: [{ srcPath: `${root}/missing.png`, dstPath: `${root}/b/missing.png` }] }),
  },
  {
    code: 'STORAGE_FILE_EXIST',
    call: 'copyFile',
    run: async ({ app, root, upload }) => {
      await upload('a.png')
      await upload('b/a.png')
      return app.copyFile({ fileList: [{ srcPath: `${root}/a.png`, dstPath: `${root}/b/a.png`, overwrite: false }] })
    },
  },
  {
    code: 'DATABASE_REQUEST_FAILED',
    call: 'doc.update',
    where: sendsUpdates,
    run: async (client) => {
      const { id } = await things(client).add({ n: 1 })
      const pushed = client.app.database().command.push([1])
      return things(client).doc(id).update({ n: pushed })
    },
  },
  {
    code: 'DATABASE_INVALID_OPERRATOR',
    call: 'query.get',
    run: (client) =>
      things(client)
        .where({ n: { $where: '1' } })
        .get(),
  },
  { code: 'DATABASE_COLLECTION_NOT_EXIST', call: 'query.get', run: (client) => things(client, 'absent').get() },
  {
    code: 'DATABASE_COLLECTION_NOT_EXIST',
    call: 'query.remove',
    run: (client) => things(client, 'absent').where({ n: 1 }).remove(),
  },
  {
    code: 'DATABASE_COLLECTION_NOT_EXIST',
    call: 'doc.update',
    where: sendsUpdates,
    run: (client) => things(client, 'absent').doc('a').update({ n: 1 }),
  },
  {
    code: 'DATABASE_DUPLICATE_WRITE',
    call: 'collection.add',
    run: async (client) => {
      const { id } = await things(client).add({ n: 1 })
      return things(client).add({ _id: id })
    },
  },
]

async function aggregate(client: CommonClient): Promise<unknown> {
  return invoke((await invoke(things(client), 'aggregate')) as object, 'end')
}
