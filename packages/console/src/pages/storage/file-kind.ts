import { File, FileArchive, FileAudio, FileCode, FileText, FileVideo, Folder, type IconNode, Image } from 'lucide'

/** The kinds of preview. Text is always shown as plain text; nothing in a file is ever run or rendered. */
type PreviewKind = 'picture' | 'video' | 'audio' | 'text'

const TEXT_TYPES = new Set([
  'application/json',
  'application/xml',
  'application/javascript',
  'application/x-ndjson',
  'application/yaml',
  'application/toml',
  'image/svg+xml',
])
/** Not all browsers support all of them. The preview reports a failure. */
const PICTURES = /^image\/(?!svg)/

export function previewKind(contentType: string): PreviewKind | undefined {
  const type = essence(contentType)
  if (type.startsWith('text/') || TEXT_TYPES.has(type) || type.endsWith('+json') || type.endsWith('+xml')) return 'text'
  if (PICTURES.test(type)) return 'picture'
  if (type.startsWith('video/')) return 'video'
  return type.startsWith('audio/') ? 'audio' : undefined
}

/** A content type without its parameters. */
export function essence(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
}

export function iconOf(kind: 'file' | 'folder', contentType = ''): IconNode {
  if (kind === 'folder') return Folder
  const type = essence(contentType)
  if (/^application\/(zip|gzip|x-tar|x-7z|x-rar)/.test(type)) return FileArchive
  switch (previewKind(type)) {
    case 'picture':
      return Image
    case 'video':
      return FileVideo
    case 'audio':
      return FileAudio
    case 'text':
      return type === 'text/plain' || type === 'text/markdown' ? FileText : FileCode
    case undefined:
      return File
  }
}
