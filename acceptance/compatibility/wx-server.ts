/** wx-server-sdk in the shapes of node-sdk, so that the same probes use it: documents in `data`, counts in `stats`. */
import type { Collection, Database, Query } from '../support/sdk.ts'
import type { ServerApp } from './server-probes.ts'

interface WxItem {
  readonly fileID: string
  readonly status: number
  readonly errMsg: string
  readonly tempFileURL: string
}
interface WxStats {
  readonly stats: { readonly updated: number; readonly removed: number }
}
interface WxQuery extends Pick<Query, 'get' | 'count'> {
  where(query: object): WxQuery
  orderBy(field: string, direction: 'asc' | 'desc'): WxQuery
  skip(count: number): WxQuery
  limit(count: number): WxQuery
  field(projection: object): WxQuery
  update(input: { data: object }): Promise<WxStats>
  remove(): Promise<WxStats>
}
interface WxDocument {
  field(projection: object): WxDocument
  get(): Promise<{ data: Record<string, unknown> }>
  set(input: { data: object }): Promise<WxStats>
  update(input: { data: object }): Promise<WxStats>
  remove(): Promise<WxStats>
}
interface WxCollection extends WxQuery {
  add(input: { data: object }): Promise<{ _id: string }>
  doc(id: string | number): WxDocument
}
interface WxList {
  readonly fileList: readonly WxItem[]
}

/** An instance of wx-server-sdk. */
export interface WxCloud {
  database(options?: object): Omit<Database, 'collection'> & { collection(name: string): WxCollection }
  getTempFileURL(input: { fileList: unknown[] }): Promise<WxList>
  deleteFile(input: { fileList: string[] }): Promise<WxList>
  uploadFile: ServerApp['uploadFile']
  downloadFile: ServerApp['downloadFile']
  callFunction(input: object): Promise<{ result: unknown; requestID?: string }>
  logger?(): object
}

/** The numbers of the SDK for codes of items. */
const CODES: Readonly<Record<number, string>> = { 0: 'SUCCESS', [-503003]: 'STORAGE_FILE_NONEXIST' }

export function asNodeSdk(cloud: WxCloud): ServerApp {
  return {
    database(options) {
      const db = cloud.database(options)
      return {
        command: db.command,
        Geo: db.Geo,
        createCollection: (name) => db.createCollection(name),
        serverDate: () => db.serverDate(),
        RegExp: (pattern) => db.RegExp(pattern),
        collection: (name) => collectionOf(db.collection(name)),
      }
    },
    uploadFile: (input) => cloud.uploadFile(input),
    downloadFile: (input) => cloud.downloadFile(input),
    getTempFileURL: async (input) => itemsOf(await cloud.getTempFileURL(input)),
    deleteFile: async (input) => itemsOf(await cloud.deleteFile(input)),
    async callFunction<Result>(input: object) {
      const { result, requestID = '' } = await cloud.callFunction(input)
      return { result: result as Result, requestId: requestID }
    },
    ...(cloud.logger && { logger: cloud.logger }),
  }
}

function itemsOf({ fileList }: WxList) {
  return { fileList: fileList.map((item) => ({ ...item, code: CODES[item.status] ?? String(item.status) })) }
}

function collectionOf(collection: WxCollection): Collection {
  return {
    ...queryOf(collection),
    add: async (data) => ({ id: (await collection.add({ data }))._id }),
    doc: (id) => documentOf(collection.doc(id)),
  }
}

function queryOf(query: WxQuery): Query {
  return {
    where: (condition) => queryOf(query.where(condition)),
    orderBy: (field, direction) => queryOf(query.orderBy(field, direction)),
    skip: (count) => queryOf(query.skip(count)),
    limit: (count) => queryOf(query.limit(count)),
    field: (projection) => queryOf(query.field(projection)),
    get: () => query.get(),
    count: () => query.count(),
    update: async (data) => ({ updated: (await query.update({ data })).stats.updated }),
    remove: async () => ({ deleted: (await query.remove()).stats.removed }),
  }
}

function documentOf(document: WxDocument): ReturnType<Collection['doc']> {
  return {
    field: (projection) => documentOf(document.field(projection)),
    get: async () => ({ data: await found(document) }),
    set: async (data) => ({ updated: (await document.set({ data })).stats.updated }),
    update: async (data) => ({ updated: (await document.update({ data })).stats.updated }),
    remove: async () => ({ deleted: (await document.remove()).stats.removed }),
  }
}

/** The SDK throws for a document that does not exist. */
async function found(document: WxDocument): Promise<Record<string, unknown>[]> {
  try {
    return [(await document.get()).data]
  } catch (error) {
    if (/document with _id .* does not exist/.test(String((error as { errMsg?: string }).errMsg))) return []
    throw error
  }
}
