import { setTimeout } from 'node:timers/promises'
import { CloudsteadError } from '@cloudstead/protocol'
import { isIndexed, reindex } from '../engines/records/reindex.ts'
import { FILE_ENTRIES, FILES_SPACE, fileOf, filePut } from './file-record.ts'
import type { StorageOptions } from './options.ts'

/** How long a list waits for index entries. Tens of thousands of files get theirs in this time. */
const WAIT_MS = 5_000

/** Index entries of files that an older version of the program stored without them. */
export interface FileIndex {
  /** Writes the missing entries; to be called at every start. Usually it is one read. */
  settle(signal?: AbortSignal): Promise<void>
  /**
   * Resolves when no entries are missing.
   *
   * @throws CloudsteadError SERVER_BUSY when writing them takes longer than some seconds
   */
  ready(): Promise<void>
}

export function createFileIndex({ env, records }: Pick<StorageOptions, 'env' | 'records'>): FileIndex {
  let running: Promise<unknown> | undefined

  async function settle(signal?: AbortSignal): Promise<void> {
    const put = (record: Parameters<typeof fileOf>[0]) => filePut(env, fileOf(record))
    running ??= reindex(records, { space: FILES_SPACE, entries: FILE_ENTRIES, put }, signal).finally(() => {
      running = undefined
    })
    await running
  }

  return {
    settle,
    async ready() {
      if (await isIndexed(records, FILE_ENTRIES)) return
      const waited = new AbortController()
      const pause = setTimeout(WAIT_MS, undefined, { signal: waited.signal }).catch(() => {})
      await Promise.race([settle(), pause]).finally(() => waited.abort())
      if (await isIndexed(records, FILE_ENTRIES)) return
      throw new CloudsteadError('SERVER_BUSY', {
        en: 'the files are being indexed after an update of the server; until then, list them without sort',
        zh: '服务器更新后正在为文件建立索引；完成之前请不要排序',
      })
    },
  }
}
