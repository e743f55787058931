import { crc32 } from 'node:zlib'
import { close, datasync, openIfThere, truncate, writeFully } from '../files.ts'
import { encodeIndex, HEADER_BYTES, PAGE_BYTES, pageFrom, type SmallBody } from './segment-format.ts'
import { openSegment, type SegmentReader } from './segment-reader.ts'

/**
 * Completes a segment whose process has ended: takes away what comes after the last whole body, and writes the index. Two
 * processes may do it at once: they write the same.
 */
export async function recoverSegment(path: string, run: string): Promise<void> {
  const segment = await openSegment(path, run)
  if (segment === undefined) return
  try {
    if ((await segment.indexed()) === undefined) await addIndex(path, run, await wholeBodies(segment))
  } finally {
    await segment.close()
  }
}

/** The bodies before the first that is not as its header says: a power loss tore it, or the process was killed. */
async function wholeBodies(segment: SegmentReader): Promise<SmallBody[]> {
  const bodies: SmallBody[] = []
  for (const header of await segment.headers()) {
    const body = await segment.body(header)
    if (body === undefined || crc32(body.bytes) !== header.crc) break
    bodies.push(header)
  }
  return bodies
}

async function addIndex(path: string, run: string, bodies: readonly SmallBody[]): Promise<void> {
  const fd = await openIfThere(path, 'r+')
  if (fd === undefined) return
  try {
    const last = bodies.at(-1)
    const end = last === undefined ? PAGE_BYTES : pageFrom(last.offset + HEADER_BYTES + last.length)
    await truncate(fd, end)
    await writeFully(fd, [encodeIndex(run, bodies)], end)
    await datasync(fd)
  } finally {
    await close(fd)
  }
}
