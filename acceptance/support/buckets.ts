/** The bucket API of js-sdk 3.x, `app.storage.from(bucketId)`, declared here because the SDK's types differ between the builds. */
import type { App } from './sdk.ts'

/** The error of an answer. Its code is in `statusCode`. */
interface ApiError {
  readonly message: string
  readonly status?: number
  readonly statusCode?: string
}

export type ApiAnswer<Data> =
  | { readonly data: Data; readonly error: null }
  | { readonly data: null; readonly error: ApiError }

interface Uploaded {
  readonly id: string
  readonly path: string
  readonly fullPath: string
}

interface Entry {
  readonly key: string
  readonly name: string
  readonly metadata?: Readonly<Record<string, unknown>>
}

interface ObjectPage {
  readonly folders: readonly Entry[]
  readonly objects: readonly Entry[]
  readonly hasNext: boolean
  readonly nextCursor?: string
}

type Values = Readonly<Record<string, unknown>>

/** The files of one bucket. */
export interface BucketFiles {
  upload(path: string, body: unknown, options?: object): Promise<ApiAnswer<Uploaded>>
  update(path: string, body: unknown, options?: object): Promise<ApiAnswer<Uploaded>>
  download(path: string, options?: object): Promise<ApiAnswer<Buffer>>
  list(path?: string, options?: object): Promise<ApiAnswer<ObjectPage>>
  remove(paths: readonly string[]): Promise<ApiAnswer<readonly Values[]>>
  copy(from: string, to: string, options?: object): Promise<ApiAnswer<{ readonly path: string }>>
  move(from: string, to: string, options?: object): Promise<ApiAnswer<{ readonly message: string }>>
  info(path: string): Promise<ApiAnswer<Values>>
  exists(path: string): Promise<ApiAnswer<boolean>>
  createSignedUrl(
    path: string,
    seconds: number,
    options?: object,
  ): Promise<ApiAnswer<{ readonly fullSignedURL: string }>>
  createSignedUrls(
    paths: readonly string[],
    seconds: number,
  ): Promise<
    ApiAnswer<
      readonly { readonly path: string; readonly fullSignedURL: string | null; readonly error: string | null }[]
    >
  >
  createSignedUploadUrl(
    path: string,
    options?: object,
  ): Promise<ApiAnswer<{ readonly fullSignedURL: string; readonly path: string; readonly token: string }>>
  uploadToSignedUrl(
    path: string,
    token: string,
    body: unknown,
    options?: object,
  ): Promise<ApiAnswer<{ readonly path: string; readonly fullPath: string }>>
  /** Sends no request. */
  getPublicUrl(path: string, options?: object): Publics | Promise<Publics>
}

type Publics = { readonly data: { readonly publicUrl: string } }

interface BucketInfo extends Values {
  readonly id: string
  readonly public: boolean
}

/** The calls about buckets. */
export interface Buckets {
  listBuckets(options?: object): Promise<ApiAnswer<readonly BucketInfo[]>>
  getBucket(id: string): Promise<ApiAnswer<BucketInfo>>
  createBucket(id: string, options?: object): Promise<ApiAnswer<unknown>>
  updateBucket(id: string, options: object): Promise<ApiAnswer<unknown>>
  deleteBucket(id: string): Promise<ApiAnswer<unknown>>
}

export function filesOf({ storage }: App, bucketId: string): BucketFiles {
  return (storage as unknown as { from(id: string): BucketFiles }).from(bucketId)
}

export function bucketsOf({ storage }: App): Buckets {
  return storage as unknown as Buckets
}

/** The data of an answer that has to be there. */
export async function dataOf<Data>(answer: Promise<ApiAnswer<Data>>): Promise<Data> {
  const { data, error } = await answer
  if (error !== null) throw new Error(`${error.statusCode}: ${error.message}`)
  return data as Data
}

/** The code of an error that has to be there. */
export async function codeOf(answer: Promise<ApiAnswer<unknown>>): Promise<string | undefined> {
  const { data, error } = await answer
  if (error === null) throw new Error(`no error, but ${JSON.stringify(data)}`)
  return error.statusCode
}

/** The names of a page: first those of folders. */
export function namesOf({ folders, objects }: ObjectPage): readonly string[] {
  return [...folders, ...objects].map(({ name }) => name)
}
