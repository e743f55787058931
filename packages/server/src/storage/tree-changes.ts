import { type Caller, type CloudPath, CloudsteadError, parseCloudPath } from '@cloudstead/protocol'
import { countFiles } from './file-count.ts'
import type { FileRecord } from './file-record.ts'
import { filesFrom, walkFiles } from './file-walk.ts'
import { type CopyRequest, copyFile, removeFile } from './files.ts'
import { itemError } from './list-items.ts'
import type { StorageOptions } from './options.ts'
import { loadFile } from './store.ts'
import { isFolder, parseFolder, type TreePath, topmost } from './tree-path.ts'
import { receiveUpload } from './uploads.ts'

/** Files that are changed concurrently: they share commits and disk syncs. */
const BATCH = 32
const PROGRESS_EVERY_MS = 100
const MAX_PROBLEMS = 100
/** The type that other consoles give to folders. */
const FOLDER_TYPE = 'application/x-directory'

/** The progress of a long change. Counts files; markers of folders count only when they fail. */
export interface TreeProgress {
  readonly done: number
  /** Absent when there are too many to count. */
  readonly total?: number
  readonly failed: number
  /** The first failures; only in the last line. */
  readonly problems?: readonly { readonly item: string; readonly error: CloudsteadError }[]
  readonly finished?: true
}

export interface MoveItem {
  readonly from: CloudPath
  readonly to: CloudPath
}

export interface MoveRequest {
  readonly items: readonly MoveItem[]
  readonly copy: boolean
  readonly overwrite: boolean
}

/** The change of one file. */
interface Step {
  readonly path: string
  readonly counts: boolean
  readonly run: () => Promise<unknown>
}

/**
 * Checks the source and the target of a move: a file becomes a file, a folder becomes a folder, and no folder is moved into
 * itself.
 *
 * @throws CloudsteadError INVALID_FILE_NAME or INVALID_PARAM
 */
export function parseMove({ from, to }: { readonly from: string; readonly to: string }): MoveItem {
  const item = { from: parseCloudPath(from), to: parseCloudPath(to) }
  if (isFolder(from) !== isFolder(to)) {
    throw new CloudsteadError('INVALID_FILE_NAME', {
      en: 'a folder, whose path ends with /, becomes a folder, and a file a file',
      zh: '文件夹（路径以 / 结尾）只能变为文件夹，文件只能变为文件',
    })
  }
  if (from === to)
    throw new CloudsteadError('INVALID_PARAM', { en: 'the source and the target are the same', zh: '源和目标相同' })
  if (isFolder(from) && (to.startsWith(from) || from.startsWith(to))) {
    // In the other direction, a file could overwrite one that has not been moved yet.
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'a folder cannot be moved into itself, nor become the folder it lies in',
      zh: '文件夹不能移动到自身之中，也不能变为它所在的文件夹',
    })
  }
  return item
}

/**
 * Makes an empty folder: an empty object whose name ends with a slash. A folder that contains files needs no such object.
 *
 * @throws CloudsteadError INVALID_FILE_NAME, STORAGE_FILE_EXIST or STORAGE_EXCEED_AUTHORITY
 */
export async function createFolder(options: StorageOptions, caller: Caller, folder: string): Promise<void> {
  const path = parseFolder(folder)
  const [first] = await filesFrom(options, path, undefined, 1)
  if (path === '' || first !== undefined)
    throw new CloudsteadError('STORAGE_FILE_EXIST', { en: 'the folder exists already', zh: '文件夹已存在' })
  const ticket = { env: options.env, path, caller, maxSize: 0, expires: options.now() }
  await receiveUpload(options, ticket, nothing(), { length: 0, contentType: FOLDER_TYPE })
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/**
 * Moves or copies files and whole folders, with one commit per file: cancelling keeps what has been done. The files go into
 * an existing target folder. An existing target file is replaced only with `overwrite`.
 */
export async function* moveFiles(
  options: StorageOptions,
  caller: Caller,
  request: MoveRequest,
  signal: AbortSignal,
): AsyncGenerator<TreeProgress> {
  const sources = request.items.map(({ from }) => from)
  yield* carryOut(options, sources, moveSteps(options, caller, request), signal)
}

/** Deletes files and whole folders, with one commit per file: cancelling keeps what has been done. */
export async function* deleteFiles(
  options: StorageOptions,
  caller: Caller,
  paths: readonly CloudPath[],
  signal: AbortSignal,
): AsyncGenerator<TreeProgress> {
  const all = topmost(paths) as readonly CloudPath[]
  yield* carryOut(options, all, deleteSteps(options, caller, all), signal)
}

async function* carryOut(
  options: StorageOptions,
  sources: readonly TreePath[],
  batches: AsyncIterable<readonly Step[]>,
  signal: AbortSignal,
): AsyncGenerator<TreeProgress> {
  const total = await totalOf(options, sources)
  const problems: { item: string; error: CloudsteadError }[] = []
  let done = 0
  let failed = 0
  yield { done, failed, ...total }
  let told = options.now()
  for await (const batch of batches) {
    if (signal.aborted) return
    const errors = await Promise.all(batch.map(({ run }) => itemError(run)))
    batch.forEach(({ path, counts }, at) => {
      const error = errors[at]
      if (error !== undefined) {
        failed += 1
        if (problems.length < MAX_PROBLEMS) problems.push({ item: path, error })
      } else if (counts) done += 1
    })
    if (options.now() - told < PROGRESS_EVERY_MS) continue
    told = options.now()
    yield { done, failed, ...total }
  }
  yield { done, failed, ...total, problems, finished: true }
}

async function totalOf(options: StorageOptions, sources: readonly TreePath[]): Promise<{ readonly total?: number }> {
  let total = 0
  for (const source of sources) {
    const { files, more } = isFolder(source) ? await countFiles(options, [source]) : { files: 1, more: false }
    if (more) return {}
    total += files
  }
  return { total }
}

async function* deleteSteps(
  options: StorageOptions,
  caller: Caller,
  paths: readonly CloudPath[],
): AsyncGenerator<readonly Step[]> {
  const files: Step[] = []
  for (const path of paths) {
    if (isFolder(path))
      yield* inFolder(options, path, (file) => passMissing(() => removeFile(options, caller, file.path)))
    else files.push({ path, counts: true, run: () => removeFile(options, caller, path) })
  }
  yield* batchesOf(files)
}

async function* moveSteps(
  options: StorageOptions,
  caller: Caller,
  { items, copy, overwrite }: MoveRequest,
): AsyncGenerator<readonly Step[]> {
  const move = async (source: CloudPath, target: CloudPath, marker?: FileRecord) => {
    // When two folders are merged, one marker remains.
    const replace = overwrite || (marker?.size === 0 && (await loadFile(options, target))?.file.size === 0)
    const request: CopyRequest = { source, target, overwrite: replace, removeSource: !copy }
    await copyFile(options, caller, request)
  }
  let files: Step[] = []
  let read = new Set<string>()
  let written = new Set<string>()
  for (const { from, to } of items) {
    // A later item may use the result of an earlier one, so only independent items run concurrently.
    if (isFolder(from) || written.has(from) || written.has(to) || read.has(to) || (!copy && read.has(from))) {
      yield* batchesOf(files)
      files = []
      read = new Set()
      written = new Set()
    }
    if (isFolder(from)) {
      yield* inFolder(options, from, (file) => {
        const target = () => parseCloudPath(to + file.path.slice(from.length))
        return passMissing(async () => move(file.path, target(), isFolder(file.path) ? file : undefined))
      })
    } else {
      files.push({ path: from, counts: true, run: () => move(from, to) })
      read.add(from)
      written.add(to)
    }
  }
  yield* batchesOf(files)
}

/** The steps for all files in a folder. A folder without files is a failure. */
async function* inFolder(
  options: StorageOptions,
  folder: CloudPath,
  work: (file: FileRecord) => Promise<void>,
): AsyncGenerator<readonly Step[]> {
  let isEmpty = true
  for await (const chunk of walkFiles(options, folder)) {
    isEmpty = false
    yield* batchesOf(chunk.map((file) => ({ path: file.path, counts: !isFolder(file.path), run: () => work(file) })))
  }
  if (isEmpty) yield [{ path: folder, counts: false, run: noSuchFolder }]
}

async function noSuchFolder(): Promise<never> {
  throw new CloudsteadError('STORAGE_FILE_NONEXIST', { en: 'there is no such folder', zh: '没有该文件夹' })
}

/** A file of a folder that was removed after it was listed is not a failure. */
async function passMissing(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof CloudsteadError) || error.code !== 'STORAGE_FILE_NONEXIST') throw error
  }
}

function* batchesOf(steps: readonly Step[]): Generator<readonly Step[]> {
  for (let at = 0; at < steps.length; at += BATCH) yield steps.slice(at, at + BATCH)
}
