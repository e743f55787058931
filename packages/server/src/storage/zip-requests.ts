import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type AdminCaller, CloudsteadError } from '@cloudstead/protocol'
import { encodeKey } from '../engines/records/key-encoding.ts'
import { countFiles } from './file-count.ts'
import type { StorageOptions } from './options.ts'
import { nameOf, type TreePath } from './tree-path.ts'
import { zipOf } from './zip.ts'

/** Requests are records, so that any process of a cluster can answer them. */
const SPACE = 'zip-requests'
const EXPIRY_INDEX = 'expires'
/** A browser opens it at once. */
const LIFETIME_MS = 60_000
const ID_BYTES = 24
/** The central directory of a zip is kept in memory while the zip is made. Larger trees take several zips. */
const MAX_FILES = 20_000
const SWEPT_AT_ONCE = 100

interface ZipRequest {
  readonly paths: readonly TreePath[]
  readonly name: string
  readonly keyId: string
  readonly expires: number
}

export interface OpenedZip {
  readonly name: string
  readonly body: Readable
}

/**
 * Stores a request for a zip. Its id opens the zip once, within a minute, for the same administrator only.
 *
 * @param name without extension; by default the name of the only item, or of the environment
 * @throws CloudsteadError STORAGE_FILE_NONEXIST when there are no files, INVALID_PARAM when there are too many for one zip
 */
export async function createZip(
  options: StorageOptions,
  caller: AdminCaller,
  paths: readonly TreePath[],
  name: string | undefined,
): Promise<string> {
  const { files, more } = await countFiles(options, paths, MAX_FILES)
  if (more) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `a zip holds at most ${MAX_FILES} files; download fewer at a time`,
      zh: `一个 ZIP 最多 ${MAX_FILES} 个文件，请减少一次下载的文件`,
    })
  }
  if (files === 0)
    throw new CloudsteadError('STORAGE_FILE_NONEXIST', { en: 'there are no files in it', zh: '其中没有文件' })
  await sweep(options)
  const [only] = paths
  const own = paths.length === 1 && only !== undefined ? nameOf(only) : ''
  const request: ZipRequest = {
    paths,
    name: `${name ?? (own === '' ? options.env : own)}.zip`,
    keyId: caller.keyId,
    expires: options.now() + LIFETIME_MS,
  }
  const id = randomBytes(ID_BYTES).toString('base64url')
  const entries = [{ index: EXPIRY_INDEX, key: encodeKey([request.expires]) }]
  await options.records.commit([{ op: 'put', space: SPACE, id, value: JSON.stringify(request), entries }])
  return id
}

/**
 * Opens the zip of a request.
 *
 * @throws CloudsteadError NOT_FOUND when there is no such request of this administrator, or no longer
 */
export async function openZip(
  options: StorageOptions,
  caller: AdminCaller,
  id: string,
  signal: AbortSignal,
): Promise<OpenedZip> {
  const gone = new CloudsteadError('NOT_FOUND', {
    en: 'this download was used before, or is older than a minute',
    zh: '该下载已被使用，或已超过一分钟',
  })
  const [record] = await options.records.get([{ space: SPACE, id }])
  if (record === undefined) throw gone
  const { paths, name, keyId, expires } = JSON.parse(record.value) as ZipRequest
  if (keyId !== caller.keyId || options.now() >= expires) throw gone
  const { done } = await options.records.commit(
    [{ op: 'delete', space: SPACE, id }],
    [{ space: SPACE, id, version: record.version }],
  )
  if (!done) throw gone
  return { name, body: await zipOf(options, paths, signal) }
}

/** Removes expired requests. */
async function sweep(options: StorageOptions): Promise<void> {
  const { records } = await options.records.find({
    space: SPACE,
    index: EXPIRY_INDEX,
    ranges: [{ to: { key: encodeKey([options.now()]), inclusive: true } }],
    limit: SWEPT_AT_ONCE,
  })
  if (records.length > 0) await options.records.commit(records.map(({ id }) => ({ op: 'delete', space: SPACE, id })))
}
