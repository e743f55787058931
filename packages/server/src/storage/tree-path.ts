import { type CloudPath, CloudsteadError, parseCloudPath } from '@cloudstead/protocol'

/** The cloudPath of a file or of a folder (which ends with a slash), or the empty string for the root folder. */
export type TreePath = CloudPath | ''

/** @throws CloudsteadError INVALID_FILE_NAME */
export function parseTreePath(input: string): TreePath {
  return input === '' ? '' : parseCloudPath(input)
}

/** @throws CloudsteadError INVALID_FILE_NAME */
export function parseFolder(input: string): TreePath {
  const path = parseTreePath(input)
  if (!isFolder(path))
    throw new CloudsteadError('INVALID_FILE_NAME', {
      en: 'the path of a folder ends with /',
      zh: '文件夹的路径以 / 结尾',
    })
  return path
}

/**
 * Whether a path names a folder. An object can also have such a name: it is the marker of a folder, which makes an empty
 * folder visible.
 */
export function isFolder(path: string): boolean {
  return path === '' || path.endsWith('/')
}

/** The last segment, without a trailing slash. */
export function nameOf(path: string): string {
  return path.slice(parentOf(path).length).replace(/\/$/, '')
}

/** The folder that contains it. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/', path.length - 2) + 1)
}

/** Removes duplicates, and paths that are inside a folder of the list. */
export function topmost(paths: readonly TreePath[]): readonly TreePath[] {
  const kept: TreePath[] = []
  for (const path of [...paths].sort()) {
    const last = kept.at(-1)
    // In this order, the contents of a folder directly follow it.
    if (last === undefined || (path !== last && !(isFolder(last) && path.startsWith(last)))) kept.push(path)
  }
  return kept
}
