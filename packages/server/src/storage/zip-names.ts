/**
 * Names of zip entries that are safe on any system: unpacking writes only below the target folder, and no entry overwrites
 * another. A cloudPath has no leading slash and no `..` segment, but other systems read names differently: for Windows a
 * backslash is a separator, `C:` a drive, and `.. ` the parent folder.
 */

import { shortFileName } from '@cloudstead/protocol'

/** Bytes of a name: file systems have 255, and a number is added to equal names. A cloudPath can have more in one segment. */
const MAX_NAME_BYTES = 240
/** Characters that some system refuses in a name, or gives a meaning. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a file system
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\\:*?"<>|]/g
/** Characters that change the direction of text, and so make a name look like another one. */
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:$|\.)/i

interface Folder {
  /** Its name in the zip, with a trailing slash; empty for the top. */
  readonly name: string
  readonly folders: Map<string, Folder>
  /** The names in use, as case-insensitive systems compare them, and the highest number of each. */
  readonly taken: Map<string, number>
}

export interface ZipNames {
  /** @param path relative, such as `photos/1.jpg` */
  file(path: string): string
  /** @param path relative, such as `photos/` */
  folder(path: string): string
}

export function createZipNames(): ZipNames {
  const top: Folder = { name: '', folders: new Map(), taken: new Map() }
  const folderOf = (segments: readonly string[]): Folder => {
    let at = top
    for (const segment of segments) {
      const known: Folder | undefined = at.folders.get(segment)
      const next: Folder = known ?? { name: `${at.name}${take(at, segment)}/`, folders: new Map(), taken: new Map() }
      at.folders.set(segment, next)
      at = next
    }
    return at
  }
  return {
    file(path) {
      const segments = path.split('/')
      const folder = folderOf(segments.slice(0, -1))
      return folder.name + take(folder, segments.at(-1) ?? '')
    },
    folder: (path) => folderOf(path.split('/').filter((segment) => segment !== '')).name,
  }
}

/** A name that is unique in the folder: `a.txt`, then `a (2).txt`. */
function take({ taken }: Folder, segment: string): string {
  const name = safeName(segment)
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  let own = name
  // Continues from the last number of this name, so that thousands of equal names are no slower.
  let count = taken.get(comparable(name)) ?? 1
  while (taken.has(comparable(own))) {
    count += 1
    own = `${stem} (${count})${ending}`
  }
  taken.set(comparable(own), 1)
  taken.set(comparable(name), count)
  return own
}

function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

function safeName(segment: string): string {
  const name = segment
    .replace(UNSAFE, '_')
    .replace(DIRECTION, '_')
    .replace(/[. ]+$/, (end) => '_'.repeat(end.length))
  const short = shortFileName(name, MAX_NAME_BYTES, Buffer.byteLength).replace(/[. ]$/, '_')
  return short === '' || DEVICE.test(short) ? `_${short}` : short
}
