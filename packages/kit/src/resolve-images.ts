import { type KitError, kitError } from './errors.ts'
import { serverError } from './failures.ts'
import type { Login } from './login.ts'
import { persist } from './retry.ts'
import type { InnerApp, UrlItem } from './sdk.ts'
import { sdkCall } from './sdk-call.ts'

/** The server refuses more fileIDs in one call (R11). */
const BATCH_SIZE = 50
/** Seconds; the assumed lifetime of a URL if the server gives none. */
const DEFAULT_MAX_AGE = 600
/** A URL is replaced this long before it expires, since the picture is fetched some time later. */
const MARGIN_MS = 60_000
/** For URLs that last less than ten margins: this share of their lifetime. */
const MARGIN_SHARE = 0.1
/** URLs are short, and a page shows a few hundred pictures at most. */
const MAX_CACHED = 1000

/** A picture for a page: its URL, or the error. */
export type ResolvedImage =
  | {
      readonly fileID: string
      readonly url: string
      /** Lifetime of the URL, in seconds. */
      readonly maxAge: number
      /** Milliseconds since 1970. */
      readonly expiresAt: number
      readonly error?: undefined
    }
  | {
      readonly fileID: string
      readonly error: KitError
      readonly url?: undefined
    }

type Found = Extract<ResolvedImage, { url: string }>

export interface Resolver {
  resolve(fileIDs: readonly string[]): Promise<ResolvedImage[]>
  refresh(fileID: string): Promise<ResolvedImage>
}

export interface ResolverParts {
  readonly app: Pick<InnerApp, 'getTempFileURL'>
  readonly login: Login
  readonly env: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** Turns fileIDs into URLs, with one call for all requests of the same turn, and a cache. */
export function createResolver({ app, login, env, now = Date.now }: ResolverParts): Resolver {
  const cache = new Map<string, Found>()
  const pending = new Map<string, Promise<ResolvedImage>>()
  /** Requested, but not sent yet. */
  let queue: { readonly fileID: string; readonly answer: (image: ResolvedImage) => void }[] = []
  let cachedFor = ''

  const ask = (fileID: string): Promise<ResolvedImage> => {
    const known = pending.get(fileID)
    if (known !== undefined) return known
    if (queue.length === 0) setTimeout(flush)
    const asked = new Promise<ResolvedImage>((answer) => {
      queue.push({ fileID, answer })
    })
    pending.set(fileID, asked)
    return asked
  }

  const flush = async (): Promise<void> => {
    const all = queue
    queue = []
    for (let at = 0; at < all.length; at += BATCH_SIZE) {
      const batch = all.slice(at, at + BATCH_SIZE)
      const images = await fetchUrls(batch.map(({ fileID }) => fileID))
      for (const { fileID, answer } of batch) {
        const image = images.get(fileID) ?? {
          fileID,
          error: kitError('SERVER_ERROR', 'this file is missing from the answer'),
        }
        if (image.error === undefined) remember(image)
        pending.delete(fileID)
        answer(image)
      }
    }
  }

  const fetchUrls = async (fileIDs: readonly string[]): Promise<Map<string, ResolvedImage>> => {
    // The lifetime of a URL is counted from before the request.
    let askedAt = 0
    const result = await persist(() =>
      login.as(() => {
        askedAt = now()
        return sdkCall(() => app.getTempFileURL({ fileList: fileIDs }))
      }),
    )
    if (!result.ok) return new Map(fileIDs.map((fileID) => [fileID, { fileID, error: result.error }]))
    const { fileList = [] } = result.answer
    return new Map(fileList.map((item) => [item.fileID ?? '', toImage(item, env, askedAt)]))
  }

  const remember = (image: Found): void => {
    cache.delete(image.fileID)
    cache.set(image.fileID, image)
    const [oldest] = cache.keys()
    if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest)
  }

  const fresh = (fileID: string): Found | undefined => {
    const image = cache.get(fileID)
    if (image === undefined) return undefined
    const margin = Math.min(MARGIN_MS, image.maxAge * 1000 * MARGIN_SHARE)
    return now() < image.expiresAt - margin ? image : undefined
  }

  return {
    async resolve(fileIDs) {
      if (fileIDs.length === 0) return []
      const user = await login.ensure()
      if (!user.ok) return fileIDs.map((fileID) => ({ fileID, error: user.error }))
      if (cachedFor !== user.uid) cache.clear()
      cachedFor = user.uid
      return Promise.all(fileIDs.map((fileID) => notAFileID(fileID) ?? fresh(fileID) ?? ask(fileID)))
    },
    async refresh(fileID) {
      cache.delete(fileID)
      return notAFileID(fileID) ?? ask(fileID)
    },
  }
}

function notAFileID(fileID: unknown): ResolvedImage | undefined {
  if (typeof fileID === 'string' && fileID.startsWith('cloud://')) return undefined
  const text = String(fileID)
  return { fileID: text, error: kitError('INVALID_FILE_ID', `not a fileID: ${text.slice(0, 100)}`) }
}

function toImage(item: UrlItem, env: string, askedAt: number): ResolvedImage {
  const { fileID = '', tempFileURL: url = '', code = '', message = '', maxAge = DEFAULT_MAX_AGE } = item
  if (code === 'SUCCESS' && url !== '') return { fileID, url, maxAge, expiresAt: askedAt + maxAge * 1000 }
  const theirs = /^cloud:\/\/([^./]*)/.exec(fileID)?.[1] ?? ''
  if (theirs !== env) {
    return { fileID, error: kitError('WRONG_ENVIRONMENT', `the file is in ${theirs}, not in ${env}`, item) }
  }
  return { fileID, error: serverError(code, message, item) }
}
