/** Longer order ids are cut: a path has at most 850 bytes, and a character up to four. */
const MAX_SEGMENT_LENGTH = 100
/** Characters that have a meaning of their own in object storages or in URLs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes them
const UNSAFE = /[\u0000-\u001f\u007f/\\?#%&+*:|"<>\ud800-\udfff]/g

const EXTENSION_BY_TYPE: Readonly<Record<string, string>> = { image: 'jpg', video: 'mp4' }

/** What the name of an uploaded file is made from. */
export interface NamedFile {
  readonly tempFilePath: string
  readonly fileType?: string
}

/**
 * Returns a function that makes unique cloudPaths: `users/{id}/{timestamp}_{random}.{ext}`, or with an order
 * `users/{id}/orders/{orderId}/...`. Use one for the whole program.
 *
 * @param now milliseconds since 1970
 * @param random from 0 to 1
 */
export function pathMaker(
  now: () => number = Date.now,
  random: () => number = Math.random,
): (id: string, file: NamedFile, orderId?: string) => string {
  // Within one millisecond only the random part distinguishes files, so it must not repeat.
  let moment = 0
  const used = new Set<number>()
  return (id, file, orderId) => {
    const time = now()
    if (time !== moment) used.clear()
    moment = time
    let number = Math.floor(random() * 2 ** 32)
    while (used.has(number)) number = (number + 1) % 2 ** 32
    used.add(number)
    const folder = orderId === undefined ? `users/${id}` : `users/${id}/orders/${safeSegment(orderId)}`
    return `${folder}/${time}_${number.toString(16).padStart(8, '0')}.${extensionOf(file)}`
  }
}

/** True if `users/{id}/` is exactly one directory. */
export function isDirectoryName(id: string): boolean {
  return id !== '' && id !== '.' && id !== '..' && !id.includes('/')
}

function safeSegment(text: string): string {
  const safe = text.replace(UNSAFE, '_').slice(0, MAX_SEGMENT_LENGTH)
  return /^\.*$/.test(safe) ? `_${safe.length}` : safe
}

/** From the temporary path, whatever its scheme. Some phones leave the extension out. */
function extensionOf({ tempFilePath, fileType = '' }: NamedFile): string {
  const name = tempFilePath.slice(tempFilePath.lastIndexOf('/') + 1)
  const own = /\.([A-Za-z0-9]{1,16})$/.exec(name)?.[1]
  return own?.toLowerCase() ?? EXTENSION_BY_TYPE[fileType] ?? 'bin'
}
