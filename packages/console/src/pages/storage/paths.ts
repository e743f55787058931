/** Paths of files and folders. Paths of folders end with a slash; the root is the empty string. Pure. */

export function isFolder(path: string): boolean {
  return path === '' || path.endsWith('/')
}

/** The folder that contains a path. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/', path.length - 2) + 1)
}

/** The last part of a path, without a slash. */
export function nameOf(path: string): string {
  return path.slice(parentOf(path).length).replace(/\/$/, '')
}

/** A folder and the folders above it: `a/` and `a/b/` for `a/b/`. */
export function foldersTo(folder: string): readonly string[] {
  return [...folder.matchAll(/\//g)].map(({ index }) => folder.slice(0, index + 1))
}

/** A name without its extension. */
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

/** What is wrong with a new name. The server checks the rest. */
export function nameProblem(name: string): 'empty' | 'slash' | 'dots' | undefined {
  if (name.trim() === '') return 'empty'
  if (name.includes('/')) return 'slash'
  return name === '.' || name === '..' ? 'dots' : undefined
}

/** A URL of this server as path and query, so that it works under every host name of the server. */
export function onThisServer(url: string): string {
  const { pathname, search } = new URL(url, 'http://x')
  return pathname + search
}

/** Adds the version to a URL, so that the browser does not show a cached older one. The server ignores it. */
export function versioned(url: string, updatedAt = 0): string {
  return `${url}${url.includes('?') ? '&' : '?'}v=${updatedAt}`
}

/** Characters that are invisible or change the text around them, so that a name could look like another one. */
const INVISIBLE = /[\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]/gu

/** A name with its invisible characters written out. @example 'a[U+202E]gpj.exe' */
export function visibleName(name: string): string {
  return name.replace(
    INVISIBLE,
    (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
  )
}
