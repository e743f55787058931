import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Body } from '../storage/body.ts'
import { isInline } from '../storage/content-type.ts'
import type { OpenedObject } from '../storage/open-object.ts'
import type { Storage } from '../storage/storage.ts'
import { evaluateConditions, parseRange, type RangeVerdict } from './conditional.ts'
import { directUrl } from './direct-url.ts'
import { contentDisposition } from './disposition.ts'
import type { Offload } from './offload.ts'

/** Keeps user content from running: no scripts, no origin, nothing loaded from elsewhere. Images and media still show. */
const CONTENT_POLICY = "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; sandbox"
/** Caches may keep public files for a minute, then revalidate them by ETag, so that an overwrite shows soon. */
const PUBLIC_CACHE = 'public, max-age=60'
const MAX_PUBLIC_AGE_S = 86_400
/** How often a file is opened, when each time it is overwritten before its bytes can be read. */
const ATTEMPTS = 10

/** The name under which a file is to be saved: a name, its own name (true), or none: it may be shown. */
export type DownloadName = string | true | undefined

/** The parameter `download` of a URL. */
export function downloadNameOf(value: string | undefined): DownloadName {
  return value === 'true' || value === '' ? true : value
}

interface SendObjectOptions {
  readonly storage: Pick<Storage, 'bytes' | 'directUrl' | 'filePath'>
  /** Set when a proxy can send files. */
  readonly offload: Offload | undefined
  readonly open: () => Promise<OpenedObject>
  readonly downloadName: DownloadName
}

/** Answers GET and HEAD of a stored file, with preconditions and ranges. @throws what `open` throws */
export async function sendObject(request: FastifyRequest, reply: FastifyReply, options: SendObjectOptions) {
  const { storage, offload, open, downloadName } = options
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const opened = await open()
    const { code, headers, send } = answerTo(request, opened, downloadName)
    if (send === undefined) return reply.code(code).headers(headers).send()
    const direct = directUrl(storage, request, opened.body, headers)
    // The URL is good for a minute, so nobody may keep this answer.
    if (direct !== undefined) return reply.header('cache-control', 'no-store').redirect(direct, 302)
    if (offload?.canSend(request, send)) {
      const path = await storage.filePath(opened.body)
      if (path !== undefined) return reply.headers(offload.headers(path, headers)).send()
    }
    const bytes = await storage.bytes(opened.body, send === 'whole' ? undefined : send)
    if (bytes !== undefined) return reply.code(code).headers(headers).send(bytes)
    // The file has been overwritten since it was opened. The new version has its own headers.
  }
  throw new CloudsteadError('STORAGE_REQUEST_FAIL', {
    en: 'the file is overwritten too often to be read; try again',
    zh: '文件被频繁覆盖，无法读取，请重试',
  })
}

interface Answer {
  readonly code: 200 | 206 | 304 | 416
  readonly headers: Readonly<Record<string, string | number>> & {
    readonly 'cache-control': string
    readonly 'content-disposition': string
  }
  /** The part of the body to send; absent when no bytes are sent. */
  readonly send?: Exclude<RangeVerdict, 'unsatisfiable'>
}

/**
 * The answer to a request for an object, made before any byte is read.
 *
 * @throws CloudsteadError PRECONDITION_FAILED
 */
function answerTo(
  { method, headers: asked }: FastifyRequest,
  opened: OpenedObject,
  downloadName: DownloadName,
): Answer {
  const { file, body } = opened
  const { size } = body
  const headers = { ...fileHeaders(opened, downloadName), 'cache-control': cacheControlOf(opened) }
  const validators = { etag: headers.etag, modified: file.updatedAt }
  const outcome = evaluateConditions('read', asked, validators)
  if (outcome === 'failed') throw new CloudsteadError('PRECONDITION_FAILED')
  if (outcome === 'not-modified') return { code: 304, headers }
  // A Range means nothing with HEAD (RFC 9110, section 14.2).
  const range = method === 'HEAD' ? 'whole' : parseRange(asked, size, validators)
  if (range === 'unsatisfiable') return { code: 416, headers: { ...headers, 'content-range': `bytes */${size}` } }
  const send = method === 'HEAD' ? {} : { send: range }
  if (range === 'whole') return { code: 200, headers: { ...headers, ...wholeHeaders(body) }, ...send }
  const { start, end } = range
  const part = { 'content-range': `bytes ${start}-${end}/${size}`, 'content-length': end - start + 1 }
  return { code: 206, headers: { ...headers, 'content-type': body.type, ...part }, ...send }
}

/** The headers of every answer about a file, but for `cache-control`. */
export function fileHeaders({ file, body }: Pick<OpenedObject, 'file' | 'body'>, downloadName: DownloadName) {
  return {
    etag: `"${body.etag}"`,
    'last-modified': new Date(file.updatedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': CONTENT_POLICY,
    'cross-origin-resource-policy': 'cross-origin',
    'content-disposition': disposition(file.path, body.type, downloadName),
  }
}

/** The other headers of an answer with the whole file. */
export function wholeHeaders({ type, size }: Body) {
  return { 'content-type': type, 'content-length': size }
}

/** A signed URL may be kept for as long as it is good. */
export function cacheControlOf({ file, remaining }: OpenedObject): string {
  return remaining === undefined ? publicCache(file.cacheControl) : `private, max-age=${remaining}`
}

/** What the uploader asked for, but for a day at most: a file that was deleted or corrected must not stay in caches. */
function publicCache(asked: string | undefined): string {
  if (asked === undefined) return PUBLIC_CACHE
  const kept = asked
    .split(',')
    .map((part) => part.trim())
    .filter((part) => !/^(?:immutable|stale-[a-z-]+)\b/i.test(part))
    .map((part) => part.replace(/^(s-maxage|max-age)\s*=\s*"?(\d+)"?$/i, cappedAge))
  return kept.some((part) => part !== '') ? kept.join(', ') : PUBLIC_CACHE
}

function cappedAge(_part: string, name: string, seconds: string): string {
  return `${name}=${Math.min(Number(seconds), MAX_PUBLIC_AGE_S)}`
}

function disposition(path: string, type: string, downloadName: DownloadName): string {
  const kind = downloadName === undefined && isInline(type) ? 'inline' : 'attachment'
  const own = path.slice(path.lastIndexOf('/') + 1)
  return contentDisposition(kind, typeof downloadName === 'string' ? downloadName : own)
}
