import { shortFileName } from '@cloudstead/protocol'

/** Characters of a file name, so that the header stays short. */
const MAX_NAME = 200

/** A Content-Disposition header (RFC 6266) with an ASCII name for old clients and the real name in UTF-8, both escaped. */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const short = shortFileName(name, MAX_NAME) || 'file'
  const ascii = short.replace(/[^A-Za-z0-9 ._-]/g, '_')
  const utf8 = encodeURIComponent(short.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${utf8}`
}
