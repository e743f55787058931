/** The supported picture formats. */
type ImageType = 'png' | 'jpeg' | 'gif' | 'webp'

export interface ImageSize {
  type: ImageType
  /** Pixels. */
  width: number
  /** Pixels. */
  height: number
}

/** Reads format and size from the header of a PNG, JPEG, GIF or WebP; undefined for other files and truncated headers. */
export function parseImage(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return parsePng(view) ?? parseGif(view) ?? parseWebp(view) ?? parseJpeg(view)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function parsePng(view: DataView): ImageSize | undefined {
  if (latin1(view, 0, 8) !== '\x89PNG\r\n\x1a\n') return undefined
  return { type: 'png', width: view.getUint32(16), height: view.getUint32(20) }
}

function parseGif(view: DataView): ImageSize | undefined {
  if (!/^GIF8[79]a$/.test(latin1(view, 0, 6))) return undefined
  return { type: 'gif', width: view.getUint16(6, true), height: view.getUint16(8, true) }
}

function parseWebp(view: DataView): ImageSize | undefined {
  if (latin1(view, 0, 4) !== 'RIFF' || latin1(view, 8, 12) !== 'WEBP') return undefined
  const chunk = latin1(view, 12, 16)
  if (chunk === 'VP8X') return { type: 'webp', width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 }
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true)
    return { type: 'webp', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (chunk === 'VP8 ') {
    return { type: 'webp', width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  }
  return undefined
}

/** Walks the segments of a JPEG to the frame header (SOF0 to SOF15 without DHT, JPG and DAC, which share the range). */
function parseJpeg(view: DataView): ImageSize | undefined {
  if (latin1(view, 0, 2) !== '\xff\xd8') return undefined
  let at = 2
  while (at < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    const isFiller = marker === 0xff
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { type: 'jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    at += isFiller ? 1 : 2 + view.getUint16(at + 2)
  }
  return undefined
}

/** The bytes from `start` to `end`, or to the end of the data, as characters. */
function latin1(view: DataView, start: number, end: number): string {
  const until = Math.min(end, view.byteLength)
  if (start >= until) return ''
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + start, until - start))
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
}
