/** The far side of the wire, for faults that a real store shows rarely: a small S3 in memory, and a hook before each answer. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { openS3Blobs, type S3BlobsOptions } from './s3-blobs.ts'
import { parseS3Url } from './s3-location.ts'

const BUCKET = 'bucket'
export const CREDENTIALS = { accessKeyId: 'id-of-the-key', secretAccessKey: 'the-secret', sessionToken: 'the-token' }

export interface FakeRequest {
  readonly method: string
  /** Decoded, without the bucket. */
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
}

/** Spoils the answer and returns true, or leaves it to the fake. Called when the head of the request is there. */
type Fault = (request: FakeRequest, response: ServerResponse, incoming: IncomingMessage) => boolean | undefined

interface FakeUpload {
  readonly key: string
  readonly initiated: Date
  readonly parts: Map<number, Buffer>
}

export interface FakeS3 {
  readonly endpoint: string
  readonly objects: Map<string, Buffer>
  readonly uploads: Map<string, FakeUpload>
  readonly requests: FakeRequest[]
  fault: Fault
  /** The engine on this store. */
  open(options?: Partial<S3BlobsOptions>): ReturnType<typeof openS3Blobs>
  dispose(): Promise<void>
}

export function sendXml(response: ServerResponse, status: number, xml: string): true {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${xml}`)
  return true
}

export function sendError(response: ServerResponse, status: number, code: string): true {
  return sendXml(response, status, `<Error><Code>${code}</Code><Message>no</Message></Error>`)
}

export async function startFakeS3(): Promise<FakeS3> {
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '', 'http://fake')
    const request: FakeRequest = {
      method: incoming.method ?? '',
      key: decodeURIComponent(url.pathname).replace(`/${BUCKET}`, '').replace(/^\//, ''),
      query: url.searchParams,
      headers: incoming.headers,
    }
    fake.requests.push(request)
    // A client that goes away in the middle is what the tests are about.
    incoming.on('error', () => {})
    if (fake.fault(request, response, incoming)) return
    buffer(incoming).then(
      (body) => answer(fake, request, body, response),
      () => {},
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fake: FakeS3 = {
    endpoint,
    objects: new Map(),
    uploads: new Map(),
    requests: [],
    fault: () => false,
    open: (options = {}) =>
      openS3Blobs({
        location: parseS3Url(`s3://${BUCKET}/p?region=r&pathStyle=true&endpoint=${endpoint}`),
        credentials: CREDENTIALS,
        ...options,
      }),
    async dispose() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return fake
}

function answer(fake: FakeS3, { method, key, query, headers }: FakeRequest, body: Buffer, response: ServerResponse) {
  const { objects, uploads } = fake
  const uploadId = query.get('uploadId') ?? ''
  const upload = uploads.get(uploadId)
  if (query.has('uploadId') && upload === undefined) return sendError(response, 404, 'NoSuchUpload')
  if (upload !== undefined && method === 'PUT') {
    upload.parts.set(Number(query.get('partNumber')), body)
    return response.writeHead(200, { etag: `"${query.get('partNumber')}"` }).end()
  }
  if (upload !== undefined) {
    uploads.delete(uploadId)
    if (method === 'DELETE') return response.writeHead(204).end()
    const parts = [...upload.parts].sort(([a], [b]) => a - b)
    objects.set(key, Buffer.concat(parts.map(([, bytes]) => bytes)))
    return sendXml(response, 200, '<CompleteMultipartUploadResult/>')
  }
  if (method === 'POST' && query.has('uploads')) {
    const id = `upload-${fake.requests.length}`
    uploads.set(id, { key, initiated: new Date(), parts: new Map() })
    const result = `<UploadId>${id}</UploadId>`
    return sendXml(response, 200, `<InitiateMultipartUploadResult>${result}</InitiateMultipartUploadResult>`)
  }
  if (method === 'POST' && query.has('delete')) {
    for (const [, removed = ''] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(removed)
    return sendXml(response, 200, '<DeleteResult/>')
  }
  if (method === 'PUT') {
    objects.set(key, body)
    return response.writeHead(200).end()
  }
  if (key === '' && query.has('uploads')) return sendXml(response, 200, uploadsPage(fake, query))
  if (key === '') return sendXml(response, 200, objectsPage(fake, query))
  const bytes = objects.get(key)
  if (bytes === undefined) return sendError(response, 404, 'NoSuchKey')
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
  const part = range === null ? bytes : bytes.subarray(Number(range[1]), Number(range[2]) + 1)
  response.writeHead(range === null ? 200 : 206, { 'content-length': part.byteLength, etag: '"e"' })
  return response.end(method === 'HEAD' ? undefined : part)
}

function objectsPage({ objects }: FakeS3, query: URLSearchParams): string {
  const after = query.get('start-after') ?? ''
  const isListed = (name: string) => name > after && name.startsWith(query.get('prefix') ?? '')
  const found = [...objects.keys()].filter(isListed).sort()
  const page = found.slice(0, Number(query.get('max-keys')))
  const time = '<LastModified>2026-11-30T00:00:00.000Z</LastModified>'
  const entries = page.map((name) => `<Contents><Key>${encodeURIComponent(name)}</Key>${time}</Contents>`)
  const more = `<IsTruncated>${page.length < found.length}</IsTruncated>`
  return `<ListBucketResult>${more}${entries.join('')}</ListBucketResult>`
}

/** One upload on each page. */
function uploadsPage({ uploads }: FakeS3, query: URLSearchParams): string {
  const after = query.get('upload-id-marker') ?? ''
  const [first, ...others] = [...uploads].filter(([id]) => id > after).sort(([a], [b]) => (a < b ? -1 : 1))
  if (first === undefined) return '<ListMultipartUploadsResult/>'
  const [id, { key, initiated }] = first
  const upload = `<Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated.toISOString()}</Initiated>`
  const next = `<NextKeyMarker>${key}</NextKeyMarker><NextUploadIdMarker>${id}</NextUploadIdMarker>`
  const more = `<IsTruncated>${others.length > 0}</IsTruncated>${next}`
  return `<ListMultipartUploadsResult>${more}<Upload>${upload}</Upload></ListMultipartUploadsResult>`
}
