/** Paths as the storage page handles them: that of a folder ends with a slash, the root is the empty text. Pure. */

export function isFolder(path: string): boolean {
  return path === '' || path.endsWith('/')
}

/** The folder that it lies in. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/', path.length - 2) + 1)
}

/** What follows the parent, without a slash. */
export function nameOf(path: string): string {
  return path.slice(parentOf(path).length).replace(/\/$/, '')
}

/** The folders from the first to this one: `a/b/` has `a/` and `a/b/`. */
export function foldersTo(folder: string): readonly string[] {
  return [...folder.matchAll(/\//g)].map(({ index }) => folder.slice(0, index + 1))
}

/** The name before its ending; that is what somebody renames. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}

/** @example numbered('a/b.txt', 2) // 'a/b (2).txt' */
export function numbered(path: string, number: number): string {
  const name = nameOf(path)
  const stem = stemOf(name)
  return `${parentOf(path)}${stem} (${number})${name.slice(stem.length)}`
}

/** What is wrong with a new name, before the server is asked; the server judges the rest. */
export function nameProblem(name: string): 'empty' | 'slash' | 'dots' | undefined {
  if (name.trim() === '') return 'empty'
  if (name.includes('/')) return 'slash'
  return name === '.' || name === '..' ? 'dots' : undefined
}

/** The path on this server of one of its URLs, so that a page of any of its names may load it. */
export function onThisServer(url: string): string {
  const { pathname, search } = new URL(url, 'http://x')
  return pathname + search
}

/** The URL of just this version, so that the browser does not show an older one that it has kept. The server ignores it. */
export function versioned(url: string, updatedAt = 0): string {
  return `${url}${url.includes('?') ? '&' : '?'}v=${updatedAt}`
}

/** Characters that show nothing, or change how what surrounds them is shown: a name could look like another one. */
const INVISIBLE = /[\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]/gu

/** A name as it can be shown: what is not seen is written out. @example 'a[U+202E]gpj.exe' */
export function visibleName(name: string): string {
  return name.replace(
    INVISIBLE,
    (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
  )
}
