/**
 * Names of what is in a zip, such that unpacking it anywhere writes only below the folder it is unpacked in, and one
 * entry never takes the place of another. cloudPaths are stricter than most names (no leading slash, no `..` segment), but
 * a name that is harmless here may be a way out elsewhere: to Windows a backslash is a separator, `C:` a drive, and
 * `.. ` the folder above.
 */

/** What some system does not take in a name, or takes for something else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a file system
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\\:*?"<>|]/g
/** Characters that make a name look like another one. */
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:$|\.)/i

interface Folder {
  /** Its name in the zip, with a slash at its end; empty for the top. */
  readonly name: string
  readonly folders: Map<string, Folder>
  /** Names that are taken, as systems compare them that know no case, and up to which number each is. */
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

/** A name of its own in the folder: `a.txt`, then `a (2).txt`. */
function take({ taken }: Folder, segment: string): string {
  const name = safeName(segment)
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  let own = name
  // Goes on where the last one of this name ended: whoever names thousands of files alike costs no more than others.
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
  return name === '' || DEVICE.test(name) ? `_${name}` : name
}
