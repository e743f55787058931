/** Generates real pictures, so that the repository needs no binary files. */
import { crc32, deflateSync } from 'node:zlib'

/** An RGB PNG with a gradient, different for each `seed`. */
export function png(width: number, height: number, seed = 0): Buffer {
  const rows = Array.from({ length: height }, (_row, y) => {
    const row = Buffer.alloc(1 + width * 3)
    for (let x = 0; x < width; x += 1) row.set([x * 7 + seed, y * 5 + seed, x * y + seed].map(byte), 1 + x * 3)
    return row
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat(rows))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function byte(value: number): number {
  return value & 0xff
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(8 + body.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.set(body, 4)
  chunk.writeUInt32BE(crc32(body), 4 + body.length)
  return chunk
}

/**
 * A baseline grey JPEG of 8 x 8 blocks, each of one shade from `shadeOf`, -127 to 127. Its Huffman tables are minimal:
 * twelve DC categories of four bits each, and one AC symbol, the end of a block.
 */
export function jpeg(columns: number, rows: number, shadeOf: (column: number, row: number) => number): Buffer {
  const bits: string[] = []
  let previous = 0
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const shade = shadeOf(column, row)
      bits.push(dcBits(shade - previous), END_OF_BLOCK)
      previous = shade
    }
  }
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0])
  frame.writeUInt16BE(rows * 8, 1)
  frame.writeUInt16BE(columns * 8, 3)
  return Buffer.concat([
    Buffer.from('ffd8', 'hex'),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    segment(0xdb, Buffer.from([0, ...Array<number>(64).fill(8)])),
    segment(0xc0, frame),
    segment(0xc4, Buffer.from([0x00, 0, 0, 0, 12, ...Array<number>(12).fill(0), ...Array(12).keys()])),
    segment(0xc4, Buffer.from([0x10, 1, ...Array<number>(15).fill(0), 0])),
    segment(0xda, Buffer.from([1, 1, 0x00, 0, 63, 0])),
    packed(bits.join('')),
    Buffer.from('ffd9', 'hex'),
  ])
}

const END_OF_BLOCK = '0'

/** The category of the difference, then its bits; a negative one is written as its one's complement. */
function dcBits(difference: number): string {
  const category = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1
  const code = category.toString(2).padStart(4, '0')
  if (category === 0) return code
  const value = difference > 0 ? difference : difference + 2 ** category - 1
  return code + value.toString(2).padStart(category, '0')
}

/** Padded with ones; a byte of ones is followed by a zero byte, because it would start a marker. */
function packed(bits: string): Buffer {
  const bytes = (bits.match(/.{1,8}/g) ?? []).map((part) => Number.parseInt(part.padEnd(8, '1'), 2))
  return Buffer.from(bytes.flatMap((value) => (value === 0xff ? [value, 0] : [value])))
}

function segment(marker: number, data: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(data.length + 2)
  return Buffer.concat([Buffer.from([0xff, marker]), length, data])
}

/** A file in the album of a phone. */
export interface Picture {
  readonly name: string
  readonly bytes: Buffer
  readonly contentType: string
}

/** Three typical pictures: different formats and sizes, and Chinese names. */
export const THREE_PICTURES: readonly Picture[] = [
  { name: '西湖 日落.png', bytes: png(64, 48), contentType: 'image/png' },
  {
    name: '订单照片（二）.jpg',
    bytes: jpeg(12, 8, (column, row) => (column * row * 5) % 127),
    contentType: 'image/jpeg',
  },
  { name: '大图.png', bytes: png(700, 500, 11), contentType: 'image/png' },
]
