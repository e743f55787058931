import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** A file of the Console with what there is to say about it. */
export interface StaticFile {
  readonly contentType: string
  readonly bytes: Uint8Array
  /** Absent where it would not be smaller. */
  readonly gzipped: Uint8Array | undefined
  /** Of the bytes; the gzipped ones have another. Without quotes. */
  readonly hash: string
}

export interface StaticFiles {
  /** A file by its name below the directory, such as `assets/index-1a2b.js`. Undefined when there is none. */
  read(name: string): Promise<StaticFile | undefined>
  /** The page itself; undefined while the Console is not built. Notices when it is built anew. */
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
 * The built files of a directory, from memory once they were asked for. A name is looked up in the list of the files that
 * are there, and never made into a path: nothing outside the directory has a name.
 *
 * @param directory undefined: there is none
 */
export function openStaticFiles(directory: string | undefined): StaticFiles {
  /** When the index that the list belongs to was written. */
  let builtAt: number | undefined
  let names: Promise<ReadonlyMap<string, string>> | undefined
  const files = new Map<string, Promise<StaticFile>>()

  async function look(root: string): Promise<ReadonlyMap<string, string>> {
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return new Map(paths.map((path) => [relative(root, path).replaceAll(sep, '/'), path]))
  }

  async function read(name: string): Promise<StaticFile | undefined> {
    if (directory === undefined) return undefined
    names ??= look(directory)
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
