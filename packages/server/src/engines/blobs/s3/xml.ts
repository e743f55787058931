/** Reads the few XML answers of S3. Each parser takes what it knows and refuses what has not its form. */

/** What the store says about a failed request. */
export interface XmlError {
  readonly code: string
  readonly message: string
}

interface XmlObject {
  readonly key: string
  /** Milliseconds since the epoch. */
  readonly modified: number
}

export interface XmlObjects {
  readonly objects: readonly XmlObject[]
  readonly more: boolean
}

interface XmlUpload {
  readonly key: string
  readonly uploadId: string
  /** Milliseconds since the epoch. */
  readonly initiated: number
}

export interface XmlUploads {
  readonly uploads: readonly XmlUpload[]
  /** Where the next page begins. */
  readonly next: { readonly key: string; readonly uploadId: string } | undefined
}

/** The answer has not the form that S3 promises. */
export class XmlFormError extends Error {
  override readonly name = 'XmlFormError'
}

/** Undefined when the answer is no error of S3. */
export function parseError(xml: string): XmlError | undefined {
  const body = root(xml, 'Error')
  const code = body === undefined ? undefined : text(body, 'Code')
  return code === undefined ? undefined : { code, message: text(body ?? '', 'Message') ?? '' }
}

/** The keys are URL-encoded: the list was asked for with `encoding-type=url`. */
export function parseObjects(xml: string): XmlObjects {
  const body = required(root(xml, 'ListBucketResult'), 'ListBucketResult')
  const objects = elements(body, 'Contents').map((entry) => ({
    key: decodeKey(required(text(entry, 'Key'), 'Key')),
    modified: timeOf(required(text(entry, 'LastModified'), 'LastModified')),
  }))
  return { objects, more: text(body, 'IsTruncated') === 'true' }
}

/** The keys are URL-encoded. */
export function parseUploads(xml: string): XmlUploads {
  const body = required(root(xml, 'ListMultipartUploadsResult'), 'ListMultipartUploadsResult')
  const uploads = elements(body, 'Upload').map((entry) => ({
    key: decodeKey(required(text(entry, 'Key'), 'Key')),
    uploadId: required(text(entry, 'UploadId'), 'UploadId'),
    initiated: timeOf(required(text(entry, 'Initiated'), 'Initiated')),
  }))
  if (text(body, 'IsTruncated') !== 'true') return { uploads, next: undefined }
  const key = decodeKey(required(text(body, 'NextKeyMarker'), 'NextKeyMarker'))
  return { uploads, next: { key, uploadId: required(text(body, 'NextUploadIdMarker'), 'NextUploadIdMarker') } }
}

export function parseUploadId(xml: string): string {
  const body = required(root(xml, 'InitiateMultipartUploadResult'), 'InitiateMultipartUploadResult')
  return required(text(body, 'UploadId'), 'UploadId')
}

/** The objects of a removal that could not be removed. */
export function parseRemoval(xml: string): readonly XmlError[] {
  const body = required(root(xml, 'DeleteResult'), 'DeleteResult')
  return elements(body, 'Error').map((entry) => ({
    code: text(entry, 'Code') ?? 'unknown',
    message: text(entry, 'Message') ?? '',
  }))
}

/** @throws XmlFormError when the answer does not say that the upload is complete */
export function checkCompleted(xml: string): void {
  required(root(xml, 'CompleteMultipartUploadResult'), 'CompleteMultipartUploadResult')
}

export function removalXml(keys: readonly string[]): string {
  const objects = keys.map((key) => `<Object><Key>${escaped(key)}</Key></Object>`).join('')
  return `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects}</Delete>`
}

export function completionXml(etags: readonly string[]): string {
  const parts = etags
    .map((etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`)
    .join('')
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts}</CompleteMultipartUpload>`
}

/** The content of the root element. A store that takes long sends white space first. */
function root(xml: string, name: string): string | undefined {
  const form = new RegExp(`^\\s*(?:<\\?xml[^>]*\\?>\\s*)?<${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*)</${name}>)\\s*$`)
  const match = form.exec(xml)
  return match === null ? undefined : (match[1] ?? '')
}

/** The contents of all elements of a name. None of those that S3 uses contains one of its own name. */
function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(([, body = '']) => body)
}

/** The text of the first element of a name. */
function text(xml: string, name: string): string | undefined {
  const match = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml)
  return match === null ? undefined : unescaped(match[1] ?? '')
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(xml: string): string {
  return xml.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A store that does not encode keys sends ours as they are; what others put there is no id in any form. */
function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return encoded
  }
}

function timeOf(iso: string): number {
  const time = Date.parse(iso)
  if (Number.isNaN(time)) throw new XmlFormError('a time in the answer is none')
  return time
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new XmlFormError(`the answer has no ${name}`)
  return value
}
