/** The unmodified official clients, configured for a running server as documented. */

import nodeSdk from '@cloudbase/node-sdk'
import { createMiniProgramRuntime, createWx, type WxInstance, type WxOptions } from '@cloudstead/wx'
import './offline.ts'
import type { ApiKey, LoginKey, RunningServer } from './server.ts'

/** `built-in`: the adapter in the SDK's Mini Program build. `separate`: a separate copy of `@cloudbase/adapter-wx_mp`. */
export type Arrangement = 'built-in' | 'separate'
export type SdkLine = '2.27.2' | '3.7.0'

const PACKAGES: Readonly<Record<SdkLine, string>> = {
  '2.27.2': '@cloudbase/js-sdk',
  '3.7.0': '@cloudbase/js-sdk-3',
}

export interface PhoneOptions {
  readonly sdk?: SdkLine
  readonly arrangement?: Arrangement
  /** The code of `wx.login`. */
  readonly loginCode?: string
  readonly wx?: WxOptions
  /** Merged into the options of `init`. */
  readonly init?: Readonly<Record<string, unknown>>
}

/** A phone: a Mini Program runtime with the SDK. */
export interface Phone {
  readonly app: App
  readonly auth: Auth
  readonly device: WxInstance
  /** Stops the timers of the SDK. */
  dispose(): void
}

export function createPhone(server: Pick<RunningServer, 'host' | 'env'>, options: PhoneOptions = {}): Phone {
  const { sdk = '2.27.2', arrangement = 'built-in' } = options
  const device = createWx({
    ...(options.loginCode === undefined ? {} : { loginCode: options.loginCode }),
    ...options.wx,
  })
  const runtime = createMiniProgramRuntime({
    wx: device.wx,
    Page: device.Page,
    App: device.App,
    resolveFrom: import.meta.dirname,
  })
  const loaded = runtime.require<{ default?: Cloudbase } & Cloudbase>(PACKAGES[sdk])
  const cloudbase = loaded.default ?? loaded
  if (arrangement === 'separate') {
    const adapter = runtime.require<{ default?: unknown }>('@cloudbase/adapter-wx_mp')
    cloudbase.useAdapters(adapter.default ?? adapter)
  }
  const { app, auth } = connect(cloudbase, server, {
    ...(sdk === '3.7.0' ? { endPointMode: 'CLOUD_API' } : {}),
    ...options.init,
  })
  return { app, auth, device, dispose: () => runtime.dispose() }
}

/** The three documented lines. 2.27.2 creates its login client inside `init`, so `auth` needs an argument once. */
function connect(cloudbase: Cloudbase, server: Pick<RunningServer, 'host' | 'env'>, init: object) {
  const app = cloudbase.init({ env: server.env, ...init })
  app.registerEndPoint(`//${server.host}/web`, 'http')
  app.registerEndPointWithKey({ key: 'GATEWAY', url: `//${server.host}/v1`, protocol: 'http' })
  const auth = app.auth({ persistence: 'local' })
  return { app, auth }
}

/** `createTicket` of the official server SDK, with a key from `cloudstead keys login`. */
export function createTicket(key: LoginKey, customUserId: string): string {
  const app = nodeSdk.init({ env: key.env_id, credentials: key })
  return app.auth().createTicket(customUserId)
}

/** The official server SDK as administrator, with signatures or an api key. */
export function createAdmin(
  server: Pick<RunningServer, 'url' | 'env'>,
  key: ApiKey,
  by: 'signature' | 'apiKey' = 'signature',
) {
  const credentials = by === 'apiKey' ? { accessKey: key.apiKey } : { secretId: key.secretId, secretKey: key.secretKey }
  return nodeSdk.init({ env: server.env, serviceUrl: `${server.url}/admin`, ...credentials })
}

export async function loginByTicket(phone: Phone, key: LoginKey, customUserId: string): Promise<Identity> {
  const { error } = await phone.auth.signInWithCustomTicket(async () => createTicket(key, customUserId))
  if (error) throw new Error(`login failed: ${error.message}`)
  return identity(phone)
}

export async function loginByOpenId(phone: Phone): Promise<Identity> {
  const { error } = await phone.auth.signInWithOpenId({ useWxCloud: false })
  if (error) throw new Error(`login failed: ${error.message}`)
  return identity(phone)
}

export async function loginAnonymously(phone: Phone): Promise<Identity> {
  const { error } = await phone.auth.signInAnonymously({})
  if (error) throw new Error(`login failed: ${error.message}`)
  return identity(phone)
}

export interface Identity {
  readonly uid: string
  /** The WeChat openid of a WeChat login. */
  readonly openid: string | undefined
}

async function identity(phone: Phone): Promise<Identity> {
  const state = await phone.auth.getLoginState()
  if (state === null) throw new Error('no login state after the login')
  const appid = phone.device.wx.getAccountInfoSync().miniProgram.appId
  const openid = state.user.providers?.find((provider) => provider.id === appid)?.provider_user_id
  return { uid: state.user.uid, openid }
}

/** The part of the SDK that the tests use, declared here because its own types differ between the builds. */
interface Cloudbase {
  init(options: object): App
  useAdapters(adapter: unknown): void
}

export interface App {
  registerEndPoint(url: string, protocol: string): void
  registerEndPointWithKey(options: { key: string; url: string; protocol: string }): void
  auth(options?: object): Auth
  database(): Database
  uploadFile(options: {
    cloudPath: string
    filePath: string
    method?: 'put' | 'post'
    headers?: Record<string, string>
    onUploadProgress?: (event: unknown) => void
  }): Promise<{ fileID: string; download_url?: string; requestId: string }>
  getUploadMetadata(options: { cloudPath: string }): Promise<{ data: UploadMetadata; requestId: string }>
  getTempFileURL(options: {
    fileList: (string | { fileID: string; maxAge?: number })[]
  }): Promise<{ fileList: UrlItem[]; requestId: string }>
  downloadFile(options: { fileID: string }): Promise<{ statusCode: number; tempFilePath: string }>
  deleteFile(options: { fileList: string[] }): Promise<{ fileList: ItemCode[]; requestId: string }>
  copyFile(options: {
    fileList: { srcPath: string; dstPath: string; overwrite?: boolean; removeOriginal?: boolean }[]
  }): Promise<{ fileList: ItemCode[]; requestId: string }>
  getFileInfo(options: { fileList: string[] }): Promise<{ fileList: FileInfo[]; requestId: string }>
  /** One object for all buckets: the result of `from` is only valid until the next `from`. */
  readonly storage: { from(bucket: string): Bucket }
}

interface FileInfo extends ItemCode {
  readonly tempFileURL: string
  readonly cloudId?: string
  readonly fileName?: string
  readonly contentType?: string
  readonly mime?: string
  /** Bytes. */
  readonly size?: number
  readonly etag?: string
  readonly lastModified?: string
  readonly cacheControl?: string
}

type Answer<Data> = Promise<{ data: Data; error: null } | { data: null; error: Error }>
type Stored = { readonly id: string; readonly path: string; readonly fullPath: string }

/** The second set of storage calls, `app.storage.from(bucket)`. */
export interface Bucket {
  upload(path: string, body: unknown, options?: object): Answer<Stored>
  update(path: string, body: unknown, options?: object): Answer<Stored>
  uploadToSignedUrl(path: string, token: string, body: unknown): Answer<Stored>
  createSignedUploadUrl(path: string): Answer<{ signedUrl: string; token: string; path: string; id: string }>
  createSignedUrl(path: string, seconds: number, options?: object): Answer<{ signedUrl: string }>
  createSignedUrls(
    paths: string[],
    seconds: number,
  ): Answer<{ path: string; signedUrl: string; error: string | null }[]>
  getPublicUrl(path: string, options?: object): Answer<{ publicUrl: string }>
  download(path: string): Answer<Blob>
  info(path: string): Answer<Record<string, unknown>>
  exists(path: string): Answer<boolean>
  copy(from: string, to: string): Answer<{ path: string }>
  move(from: string, to: string): Answer<{ message: string }>
  remove(paths: string[]): Answer<unknown[]>
}

interface UploadMetadata {
  readonly url: string
  readonly token: string
  readonly authorization: string
  readonly fileId: string
  readonly cosFileId: string
  readonly download_url: string
}

export interface ItemCode {
  readonly fileID: string
  readonly code: string
  readonly message?: string
}

export interface UrlItem extends ItemCode {
  readonly tempFileURL: string
  readonly download_url: string
  readonly maxAge?: number
}

interface AuthResult {
  readonly data?: unknown
  readonly error: { message?: string; code?: unknown; status?: unknown } | null
}

export interface Auth {
  signInAnonymously(options: object): Promise<AuthResult>
  signInWithCustomTicket(getTicket: () => Promise<string>): Promise<AuthResult>
  signInWithOpenId(options: { useWxCloud: boolean }): Promise<AuthResult>
  /** Throws instead of returning an error, unlike the others. */
  signInWithUnionId(): Promise<unknown>
  refreshTokenForce(): Promise<unknown>
  signOut(): Promise<unknown>
  hasLoginState(): unknown
  getLoginState(): Promise<{ user: LoginUser } | null>
  getUserInfo(): Promise<unknown>
  getAccessToken(): Promise<{ accessToken: string }>
}

interface LoginUser {
  readonly uid: string
  readonly name?: string
  updateUserBasicInfo(info: { readonly nickname: string }): Promise<void>
  readonly providers?: readonly { readonly id: string; readonly provider_user_id: string }[]
}

type Result = { code?: string; message?: string; requestId?: string }

type QueryCommand =
  | ('eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'nin' | 'and' | 'or' | 'nor' | 'not' | 'exists' | 'size')
  | ('mod' | 'all' | 'elemMatch' | 'expr' | 'geoNear' | 'geoWithin' | 'geoIntersects')

type UpdateCommand =
  | ('set' | 'remove' | 'inc' | 'mul' | 'min' | 'max' | 'rename' | 'bit')
  | ('push' | 'pop' | 'unshift' | 'shift' | 'pull' | 'pullAll' | 'addToSet')

/** A condition on a field; more can be chained to it. */
type Condition = Readonly<Record<QueryCommand, (...values: unknown[]) => Condition>>

export type Command = Readonly<Record<QueryCommand, (...values: unknown[]) => Condition>> &
  Readonly<Record<UpdateCommand, (...values: unknown[]) => object>>

type GeoType = 'Point' | 'LineString' | 'Polygon' | 'MultiPoint' | 'MultiLineString' | 'MultiPolygon'

export interface Database {
  readonly command: Command
  readonly Geo: Readonly<Record<GeoType, new (...values: unknown[]) => object>>
  createCollection(name: string): Promise<Result>
  serverDate(options?: { offset: number }): unknown
  RegExp(options: { regexp: string; options?: string }): unknown
  collection(name: string): Collection
}

export interface Collection extends Query {
  doc(id: string | number): Document
  /** A generated id is a string; a given one is returned unchanged, even if it is a number. */
  add(document: object): Promise<Result & { id: string }>
}

export interface Query {
  where(query: object): Query
  orderBy(field: string, direction: 'asc' | 'desc'): Query
  skip(count: number): Query
  limit(count: number): Query
  field(projection: object): Query
  get(): Promise<Result & { data: Record<string, unknown>[] }>
  count(): Promise<Result & { total: number }>
  update(patch: object): Promise<Result & { updated: number }>
  remove(): Promise<Result & { deleted: number }>
}

interface Document {
  field(projection: object): Document
  get(): Promise<Result & { data: Record<string, unknown>[] }>
  set(document: object): Promise<Result & { updated: number; upsertedId?: unknown }>
  update(patch: object): Promise<Result & { updated: number }>
  remove(): Promise<Result & { deleted: number }>
}
