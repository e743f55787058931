import type { PassThrough, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { CloudPath } from '@cloudstead/protocol'
import type { ZipFile } from 'yazl'
import { unlessRemoved } from './body.ts'
import { essenceOf } from './content-type.ts'
import type { FileRecord } from './file-record.ts'
import { walkTree } from './file-walk.ts'
import type { StorageOptions } from './options.ts'
import { loadFile } from './store.ts'
import { isFolder, parentOf, type TreePath, topmost } from './tree-path.ts'
import { createZipNames } from './zip-names.ts'

/** Types whose bytes are already compressed. */
const COMPRESSED = /^(?:image\/(?!bmp|svg)|video\/|audio\/(?!wav)|application\/(?:zip|gzip|pdf|vnd\.openxmlformats-))/

/**
 * A zip of some files and folders, made while it is read. A file is opened when the one before has been read. Destroying the
 * stream ends the work; a failure destroys it with the error.
 */
export async function zipOf(
  options: StorageOptions,
  paths: readonly TreePath[],
  signal: AbortSignal,
): Promise<Readable> {
  // Loaded at the first download of a zip.
  const { ZipFile } = await import('yazl')
  const zip = new ZipFile()
  const output = zip.outputStream as PassThrough
  zip.on('error', (error) => output.destroy(error))
  const stop = () => output.destroy()
  signal.addEventListener('abort', stop, { once: true })
  output.once('close', () => signal.removeEventListener('abort', stop))
  if (signal.aborted) stop()
  fill(options, zip, output, paths).catch((error: unknown) => {
    output.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  return output
}

async function fill(
  options: StorageOptions,
  zip: ZipFile,
  output: PassThrough,
  paths: readonly TreePath[],
): Promise<void> {
  const names = createZipNames()
  for (const path of topmost(paths)) {
    const base = path === '' ? '' : parentOf(path)
    for await (const chunk of walkTree(options, [path])) {
      for (const file of chunk) {
        if (output.destroyed) return
        const name = file.path.slice(base.length)
        if (!isFolder(name)) await addFile(options, zip, output, file, names.file(name))
        else if (name !== '') zip.addEmptyDirectory(names.folder(name), { mtime: new Date(file.updatedAt) })
      }
    }
  }
  zip.end()
}

/** Resolves when the bytes of the file have been read. A file that was removed after it was listed is left out. */
async function addFile(
  options: StorageOptions,
  zip: ZipFile,
  output: PassThrough,
  listed: FileRecord,
  name: string,
): Promise<void> {
  const opened = await openFile(options, listed.path)
  if (opened === undefined) return
  const { file, bytes } = opened
  const stop = () => bytes.destroy()
  if (output.destroyed) return void stop()
  output.once('close', stop)
  zip.addReadStream(bytes, name, {
    mtime: new Date(file.updatedAt),
    size: file.size,
    compress: !COMPRESSED.test(essenceOf(file.contentType) ?? ''),
  })
  try {
    await finished(bytes)
  } catch (error) {
    if (!output.destroyed) throw error
  } finally {
    output.off('close', stop)
  }
}

/** Opens the current bytes of a file. They stay readable when the file is overwritten or removed later. */
async function openFile(
  options: StorageOptions,
  path: CloudPath,
): Promise<{ readonly file: FileRecord; readonly bytes: Readable } | undefined> {
  for (;;) {
    const file = (await loadFile(options, path))?.file
    if (file === undefined) return undefined
    const bytes = await unlessRemoved(options, file.blob, () => options.blobs.read(file.blob))
    if (bytes !== undefined) return { file, bytes }
  }
}
