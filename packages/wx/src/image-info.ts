/** The picture formats whose header is understood. */
export type ImageType = 'png' | 'jpeg' | 'gif' | 'webp'

export interface ImageSize {
  type: ImageType
  /** Pixels. */
  width: number
  /** Pixels. */
  height: number
}

/** Reads format and size from the header of a PNG, JPEG, GIF or WebP; undefined for anything else, or a torn header. */
export function parseImage(bytes: Uint8Array): ImageSize | undefined {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return parsePng(data) ?? parseGif(data) ?? parseWebp(data) ?? parseJpeg(data)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function parsePng(data: Buffer): ImageSize | undefined {
  if (data.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') return undefined
  return { type: 'png', width: data.readUInt32BE(16), height: data.readUInt32BE(20) }
}

function parseGif(data: Buffer): ImageSize | undefined {
  if (!/^GIF8[79]a$/.test(data.toString('latin1', 0, 6))) return undefined
  return { type: 'gif', width: data.readUInt16LE(6), height: data.readUInt16LE(8) }
}

function parseWebp(data: Buffer): ImageSize | undefined {
  if (data.toString('latin1', 0, 4) !== 'RIFF' || data.toString('latin1', 8, 12) !== 'WEBP') return undefined
  const chunk = data.toString('latin1', 12, 16)
  if (chunk === 'VP8X') {
    return { type: 'webp', width: data.readUIntLE(24, 3) + 1, height: data.readUIntLE(27, 3) + 1 }
  }
  if (chunk === 'VP8L') {
    const bits = data.readUInt32LE(21)
    return { type: 'webp', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (chunk === 'VP8 ') {
    return { type: 'webp', width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff }
  }
  return undefined
}

/** Walks the segments of a JPEG to the frame header (SOF0 to SOF15, without DHT, JPG and DAC that share the range). */
function parseJpeg(data: Buffer): ImageSize | undefined {
  if (data.toString('latin1', 0, 2) !== '\xff\xd8') return undefined
  let at = 2
  while (at < data.length) {
    if (data.readUInt8(at) !== 0xff) return undefined
    const marker = data.readUInt8(at + 1)
    const isFiller = marker === 0xff
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { type: 'jpeg', width: data.readUInt16BE(at + 7), height: data.readUInt16BE(at + 5) }
    at += isFiller ? 1 : 2 + data.readUInt16BE(at + 2)
  }
  return undefined
}
