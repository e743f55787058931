/** Reads a zip by its central directory, and checks every length and checksum. */
import assert from 'node:assert/strict'
import { crc32, inflateRawSync } from 'node:zlib'

/** Names and contents; names of folders end with a slash. */
export function unzip(zip: Buffer): Readonly<Record<string, Buffer>> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  assert.ok(end >= 0, 'not a complete zip')
  const found: Record<string, Buffer> = {}
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameEnd = at + 46 + zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, nameEnd)
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const stored = zip.subarray(start, start + zip.readUInt32LE(at + 20))
    const bytes = zip.readUInt16LE(at + 10) === 0 ? stored : inflateRawSync(stored)
    assert.deepEqual([bytes.length, crc32(bytes)], [zip.readUInt32LE(at + 24), zip.readUInt32LE(at + 16)], name)
    assert.ok(!Object.hasOwn(found, name), `${name} exists twice`)
    found[name] = bytes
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return found
}
