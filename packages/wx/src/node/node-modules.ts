/** npm packages on disk, as a Mini Program finds them. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDirectory, isFile, isObject, type JsonObject } from './files.ts'

/** WeChat's default for the folder of a package with its Mini Program build. */
export const DEFAULT_MINIPROGRAM_FOLDER = 'miniprogram_dist'

/** Splits `@scope/name/sub/path` into the name of the package and the path in it. */
export function splitRequest(request: string): { name: string; subpath: string } {
  const [, name = request, subpath = ''] = /^(@[^/]+\/[^/]+|[^/]+)\/?(.*)$/.exec(request) ?? []
  return { name, subpath }
}

/** The folder of a package in the nearest `node_modules` at or above `fromDirectory`. */
export function findPackage(name: string, fromDirectory: string): string | undefined {
  let directory = fromDirectory
  for (;;) {
    const root = join(directory, 'node_modules', name)
    if (isDirectory(root)) return root
    const parent = dirname(directory)
    if (parent === directory) return undefined
    directory = parent
  }
}

/** The package.json of a folder; empty if there is none. */
export function readManifest(directory: string): JsonObject {
  const path = join(directory, 'package.json')
  if (!isFile(path)) return {}
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'))
  return isObject(manifest) ? manifest : {}
}
