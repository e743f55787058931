/** What the bucket API says about the file that it uploads: in headers, or in the fields of a form. */
import type { FastifyRequest } from 'fastify'
import type { UploadMeta } from '../../storage/uploads.ts'
import { checkStructure } from '../bodies.ts'
import { conditionOf, type FileBody, storedCacheControl } from '../file-body.ts'
import { invalid, object, onlyMembers, type Params } from '../params.ts'

/** Characters of the user's metadata as JSON. */
const MAX_METADATA = 8 * 1024
const FORM_FIELDS = ['cacheControl', 'contentType', 'metadata']

/** Whether an existing file may be replaced. @throws CloudsteadError INVALID_PARAM */
export function upsertOf({ headers }: FastifyRequest): boolean {
  const { 'x-upsert': upsert = 'false' } = headers
  if (upsert !== 'true' && upsert !== 'false') throw invalid('the header x-upsert must be true or false')
  return upsert === 'true'
}

/** The metadata in the header `x-metadata`, JSON in base64. @throws CloudsteadError INVALID_PARAM */
export async function headersMetadata({ headers }: FastifyRequest): Promise<Params | undefined> {
  const { 'x-metadata': header } = headers
  if (header === undefined) return undefined
  return metadataIn(Buffer.from(String(header), 'base64').toString(), 'the header x-metadata')
}

/**
 * The bytes of an upload, and what is said about them, which is complete and valid when the bytes have been read.
 *
 * @throws CloudsteadError INVALID_PARAM, also while the bytes are read
 */
export async function describedUpload(request: FastifyRequest, body: FileBody) {
  const { fields } = body
  const condition = conditionOf(request)
  if (fields === undefined) {
    const meta: UploadMeta = {
      length: body.length,
      condition,
      contentType: body.contentType(),
      cacheControl: storedCacheControl(request.headers['cache-control']),
      metadata: await headersMetadata(request),
    }
    return { bytes: body.bytes, meta }
  }
  let described: Description = {}
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield* body.bytes
    described = await describedByForm(fields ?? new Map())
  }
  const meta: UploadMeta = {
    condition,
    get contentType() {
      return described.contentType ?? body.contentType()
    },
    get cacheControl() {
      return described.cacheControl
    },
    get metadata() {
      return described.metadata
    },
  }
  return { bytes: bytes(), meta }
}

type Description = Partial<Pick<UploadMeta, 'contentType' | 'cacheControl' | 'metadata'>>

async function describedByForm(fields: ReadonlyMap<string, string>): Promise<Description> {
  onlyMembers(Object.fromEntries(fields), FORM_FIELDS)
  const cacheControl = fields.get('cacheControl')
  const metadata = fields.get('metadata')
  return {
    contentType: fields.get('contentType'),
    ...(cacheControl === undefined ? {} : { cacheControl: cacheControlIn(cacheControl) }),
    ...(metadata === undefined ? {} : { metadata: await metadataIn(metadata, 'metadata') }),
  }
}

/** Seconds, or a whole header. */
function cacheControlIn(field: string): string {
  const value = storedCacheControl(/^[0-9]{1,10}$/.test(field) ? `max-age=${field}` : field)
  if (value === undefined) throw invalid('cacheControl must be a number of seconds, or a value of Cache-Control')
  return value
}

/** @throws CloudsteadError INVALID_PARAM */
export function checkMetadata(metadata: Params, name: string): Params {
  if (JSON.stringify(metadata).length > MAX_METADATA) {
    throw invalid(`${name} is longer than ${MAX_METADATA} characters of JSON`)
  }
  return metadata
}

async function metadataIn(json: string, name: string): Promise<Params> {
  if (json.length > MAX_METADATA) throw invalid(`${name} is longer than ${MAX_METADATA} characters of JSON`)
  await checkStructure([json])
  try {
    return object(JSON.parse(json), name)
  } catch {
    throw invalid(`${name} must be an object in JSON`)
  }
}
