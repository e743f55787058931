/** The official client SDK as the tests use it, and how it is directed to a server. Also bundled for browsers. */
export type SdkLine = '2.27.2' | '2.28.8' | '2.32.0' | '3.3.3' | '3.7.0'
/** How the SDK speaks to the server: dialect A or dialect C. The default of 2.x is the first, of 3.x the second. */
export type EndPointMode = 'CLOUD_API' | 'GATEWAY'

/** The three documented lines. 2.27.2 creates its login client inside `init`, so `auth` needs an argument once. */
export function connect(cloudbase: Sdk, server: { readonly host: string; readonly env: string }, init: object) {
  const app = cloudbase.init({ env: server.env, ...init })
  app.registerEndPoint(`//${server.host}/web`, 'http')
  app.registerEndPointWithKey({ key: 'GATEWAY', url: `//${server.host}/v1`, protocol: 'http' })
  const auth = app.auth({ persistence: 'local' })
  return { app, auth }
}

/** The part of the SDK that the tests use, declared here because its own types differ between the builds. */
export interface Sdk {
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
  callFunction<Result = unknown>(options: FunctionOptions): Promise<FunctionResult<Result>>
  /** In 2.x one object for all buckets: the result of `from` is only valid until the next `from`. In 3.x without a bucket. */
  readonly storage: { from(bucket?: string): Bucket }
}

interface FunctionOptions {
  readonly name: string
  readonly data?: object
  /** Asks the server for a result that is parsed already. Without effect in GATEWAY mode. */
  readonly parse?: boolean
  /** Only in GATEWAY mode. */
  readonly method?: 'GET' | 'POST'
  /** More of the query string, as an object and as text. Without effect in GATEWAY mode. */
  readonly query?: object
  readonly search?: string
}

/** In GATEWAY mode outside browsers, a call that fails has `code` and `message` in place of `result`. */
interface FunctionResult<Result> {
  readonly result: Result
  readonly requestId: string
  readonly code?: string
  readonly message?: string
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
