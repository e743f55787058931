import { extensionOf } from './paths.ts'

const TYPES: Record<string, string> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.txt': 'text/plain',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
}

/** The media type of a file on the phone, by its extension. */
export function contentTypeOf(path: string): string {
  return TYPES[extensionOf(path).toLowerCase()] ?? 'application/octet-stream'
}

/** The extension, with its dot, for a Content-Type header; empty for unknown types. */
export function extensionFor(contentType: string | undefined): string {
  const essence = contentType?.split(';')[0]?.trim().toLowerCase()
  return Object.entries(TYPES).find(([, type]) => type === essence)?.[0] ?? ''
}
