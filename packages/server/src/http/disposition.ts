const MAX_NAME = 200

/** RFC 6266: an ASCII name for old clients, the real one in UTF-8; nothing of the name is copied unescaped. */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const short = name.slice(0, MAX_NAME) || 'file'
  const ascii = short.replace(/[^A-Za-z0-9 ._-]/g, '_')
  const utf8 = encodeURIComponent(short.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${utf8}`
}
