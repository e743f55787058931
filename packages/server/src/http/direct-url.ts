import type { FastifyRequest } from 'fastify'
import type { Body } from '../storage/body.ts'
import type { Storage } from '../storage/storage.ts'

/**
 * Headers that the client sends again to the store. An Authorization is an error there. Conditions are judged by the ETag
 * and the time of the store, which are others than ours: it could refuse or leave out bytes that are wanted. Only
 * If-None-Match is harmless, because no ETag of ours is one of the store. A Range is harmless too: a blob never changes.
 */
const NOT_FOR_THE_STORE = ['authorization', 'if-match', 'if-modified-since', 'if-range', 'if-unmodified-since'] as const

/**
 * The URL at the store to which a GET of a whole file or a range is redirected; undefined when the bytes are sent from here,
 * as they are unless the operator wants redirects. The store sends neither nosniff nor a content policy, so what it shows
 * inline has to be a picture, sound or video: a browser that guesses at a text could find a page in it.
 *
 * @param headers of the answer that would be sent from here
 */
export function directUrl(
  storage: Pick<Storage, 'directUrl'>,
  { method, headers: asked }: FastifyRequest,
  body: Body,
  headers: { readonly 'cache-control': string; readonly 'content-disposition': string },
): string | undefined {
  if (method !== 'GET' || NOT_FOR_THE_STORE.some((name) => asked[name] !== undefined)) return undefined
  const contentDisposition = headers['content-disposition']
  if (!contentDisposition.startsWith('attachment;') && body.type.startsWith('text/')) return undefined
  return storage.directUrl(body, { cacheControl: headers['cache-control'], contentDisposition })
}
