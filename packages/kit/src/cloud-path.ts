/** The longest order id that goes into a path as it is; a path has 850 bytes, and a character up to four. */
const MAX_SEGMENT_LENGTH = 100
/** What storages, or the URLs they make of names, read as something else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSAFE = /[\u0000-\u001f\u007f/\\?#%&+*:|"<>\ud800-\udfff]/g

const EXTENSION_BY_TYPE: Readonly<Record<string, string>> = { image: 'jpg', video: 'mp4' }

/** What decides the name of a file in the cloud. */
export interface NamedFile {
  readonly tempFilePath: string
  readonly fileType?: string
}

/**
 * Makes cloudPaths that never repeat: `users/{id}/{timestamp}_{random}.{ext}`, or with an order
 * `users/{id}/orders/{orderId}/...`. One maker serves a whole program.
 *
 * @param now milliseconds since 1970
 * @param random from 0 to 1
 */
export function pathMaker(
  now: () => number = Date.now,
  random: () => number = Math.random,
): (id: string, file: NamedFile, orderId?: string) => string {
  // Within one millisecond the random part alone tells files apart, so it must not repeat there.
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

/** True when `users/{id}/` is one directory. */
export function isDirectoryName(id: string): boolean {
  return id !== '' && id !== '.' && id !== '..' && !id.includes('/')
}

function safeSegment(text: string): string {
  const safe = text.replace(UNSAFE, '_').slice(0, MAX_SEGMENT_LENGTH)
  return /^\.*$/.test(safe) ? `_${safe.length}` : safe
}

/** From the path, whose scheme is nobody's business; phones leave the extension out at times. */
function extensionOf({ tempFilePath, fileType = '' }: NamedFile): string {
  const name = tempFilePath.slice(tempFilePath.lastIndexOf('/') + 1)
  const own = /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]
  return own?.toLowerCase() ?? EXTENSION_BY_TYPE[fileType] ?? 'bin'
}
