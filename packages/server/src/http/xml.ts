import { type CloudsteadError, ERRORS } from '@cloudstead/protocol'

/**
 * An error in the XML of the object store, for object and upload URLs. node-sdk fails if one of the first four elements is
 * missing. The Console shows the last one.
 */
export function errorXml(error: CloudsteadError, requestId: string): string {
  return document('Error', {
    Code: error.code,
    Message: error.message,
    RequestId: requestId,
    TraceId: requestId,
    MessageZh: error.details?.zh ?? ERRORS[error.code].zh,
  })
}

/** The answer to a POST upload. */
export function postResponseXml(fields: { Location: string; Bucket: string; Key: string; ETag: string }): string {
  return document('PostResponse', fields)
}

function document(root: string, fields: Readonly<Record<string, string>>): string {
  const body = Object.entries(fields).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${body.join('')}</${root}>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
