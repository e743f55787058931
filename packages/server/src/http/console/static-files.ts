import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** A built file of the Console. */
export interface StaticFile {
  readonly contentType: string
  readonly bytes: Uint8Array
  /** Undefined when gzip does not make it smaller. */
  readonly gzipped: Uint8Array | undefined
  /** A hash of `bytes` for the ETag, without quotes. */
  readonly hash: string
}

export interface StaticFiles {
  /** @param name the path below the directory, such as `assets/index-1a2b.js` */
  read(name: string): Promise<StaticFile | undefined>
  /** The page; undefined when the Console is not built. Notices when it is built again. */
  index(): Promise<StaticFile | undefined>
}

const INDEX = 'index.html'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/**
 * The built files of a directory, cached in memory after the first read. Names are looked up in the list of existing files
 * and never joined to a path, so nothing outside the directory can be read.
 *
 * @param directory undefined when the Console is not installed
 */
export function openStaticFiles(directory: string | undefined): StaticFiles {
  /** Modification time of the index of the cached build. */
  let builtAt: number | undefined
  let names: Promise<ReadonlyMap<string, string>> | undefined
  const files = new Map<string, Promise<StaticFile>>()

  async function listFiles(root: string): Promise<ReadonlyMap<string, string>> {
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return new Map(paths.map((path) => [relative(root, path).replaceAll(sep, '/'), path]))
  }

  async function read(name: string): Promise<StaticFile | undefined> {
    if (directory === undefined) return undefined
    names ??= listFiles(directory)
    const path = (await names.catch(forget))?.get(name)
    if (path === undefined) return undefined
    const known = files.get(name)
    if (known !== undefined) return known
    const file = load(path)
    files.set(name, file)
    return file.catch(forget)
  }

  function forget(): undefined {
    names = undefined
    files.clear()
  }

  return {
    read,
    async index() {
      const info = directory === undefined ? undefined : await stat(join(directory, INDEX)).catch(() => undefined)
      if (info?.mtimeMs !== builtAt) forget()
      builtAt = info?.mtimeMs
      return info === undefined ? undefined : read(INDEX)
    },
  }
}

async function load(path: string): Promise<StaticFile> {
  const bytes = await readFile(path)
  const smaller = await promisify(gzip)(bytes, { level: 9 })
  return {
    contentType: CONTENT_TYPES[extname(path)] ?? 'application/octet-stream',
    bytes,
    gzipped: smaller.length < bytes.length ? smaller : undefined,
    hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 27),
  }
}
