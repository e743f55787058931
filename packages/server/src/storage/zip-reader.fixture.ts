import assert from 'node:assert/strict'
import { crc32, inflateRawSync } from 'node:zlib'

export interface ZipEntry {
  readonly bytes: Buffer
  readonly compressed: boolean
}

/** Reads a zip by its central directory, as unpacking programs do; checks lengths and checksums. */
export function readZip(zip: Buffer): ReadonlyMap<string, ZipEntry> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  assert.ok(end >= 0, 'not a whole zip')
  const entries = new Map<string, ZipEntry>()
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    assert.equal(zip.toString('latin1', at, at + 4), 'PK\x01\x02')
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) => zip.readUInt16LE(at + place))
    const name = zip.toString('utf8', at + 46, at + 46 + (nameLength ?? 0))
    const method = zip.readUInt16LE(at + 10)
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const stored = zip.subarray(start, start + zip.readUInt32LE(at + 20))
    const bytes = method === 0 ? stored : inflateRawSync(stored)
    assert.equal(bytes.length, zip.readUInt32LE(at + 24), name)
    assert.equal(crc32(bytes), zip.readUInt32LE(at + 16), name)
    assert.ok(!entries.has(name), `${name} is there twice`)
    entries.set(name, { bytes, compressed: method !== 0 })
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0)
  }
  return entries
}
