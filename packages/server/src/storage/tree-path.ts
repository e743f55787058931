import { type CloudPath, CloudsteadError, parseCloudPath } from '@cloudstead/protocol'

/** The cloudPath of a file, that of a folder (it ends with a slash), or the empty text for the root folder. */
export type TreePath = CloudPath | ''

/** @throws CloudsteadError INVALID_FILE_NAME */
export function parseTreePath(input: string): TreePath {
  return input === '' ? '' : parseCloudPath(input)
}

/** @throws CloudsteadError INVALID_FILE_NAME */
export function parseFolder(input: string): TreePath {
  const path = parseTreePath(input)
  if (!isFolder(path)) throw new CloudsteadError('INVALID_FILE_NAME', 'the path of a folder ends with /')
  return path
}

/**
 * Whether it names a folder. An object can have such a name too: that makes a folder visible in which nothing else is
 * (its marker), and belongs to the folder.
 */
export function isFolder(path: string): boolean {
  return path === '' || path.endsWith('/')
}

/** What follows the last slash, or for a folder the last but one. */
export function nameOf(path: string): string {
  return path.slice(parentOf(path).length).replace(/\/$/, '')
}

/** The path of the folder that it lies in. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/', path.length - 2) + 1)
}

/** Each path once, and none that lies in a folder which is there itself. */
export function topmost(paths: readonly TreePath[]): readonly TreePath[] {
  const kept: TreePath[] = []
  for (const path of [...paths].sort()) {
    const last = kept.at(-1)
    // Whatever begins like a folder follows it directly in this order.
    if (last === undefined || (path !== last && !(isFolder(last) && path.startsWith(last)))) kept.push(path)
  }
  return kept
}
