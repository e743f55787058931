import type { Caller } from '@cloudstead/protocol'
import type { CopyItem } from '../../storage/files.ts'
import type { ItemResult } from '../../storage/list-items.ts'
import type { Storage } from '../../storage/storage.ts'
import { checkMaxAge, type UrlRequest, type UrlResult } from '../../storage/temporary-urls.ts'
import { flag, object, string } from '../params.ts'
import { batch, deniedAmong, IN_URL } from '../storage-items.ts'
import type { ActionContext, ActionTable } from './table.ts'

/** The storage actions. They are the same in dialects A and B, except for the caller. */
export function storageActions(storage: Storage): ActionTable {
  return {
    'storage.getUploadMetadata': async (caller, params, context) => ({
      data: await uploadMetadata(storage, caller, params.path, context),
    }),
    'storage.batchGetDownloadUrl': async (caller, params, context) => {
      const requests = batch(params.file_list, 'file_list').map(urlRequest)
      const results = await storage.temporaryUrls(caller, requests)
      context.denied(deniedAmong(results.map((result) => (result.ok ? undefined : result.error))))
      return { data: { download_list: results.map((result) => urlItem(result, context)) } }
    },
    'storage.batchDeleteFile': async (caller, params, context) => {
      const fileIds = batch(params.fileid_list, 'fileid_list').map((item) => string(item, 'fileid_list[]'))
      const results = await storage.remove(caller, fileIds)
      context.denied(deniedAmong(results.map(({ error }) => error)))
      return { data: { delete_list: results.map(item) } }
    },
    'storage.batchCopyFile': async (caller, params, context) => {
      const items = batch(params.file_list, 'file_list').map(copyItem)
      const results = await storage.copy(caller, items)
      context.denied(deniedAmong(results.map(({ error }) => error)))
      return { data: { copy_list: results.map(item) } }
    },
  }
}

async function uploadMetadata(storage: Storage, caller: Caller, path: unknown, { origin }: ActionContext) {
  const issued = await storage.issueUpload(caller, path)
  return {
    url: `${origin}/u/${issued.ticket}`,
    fileId: issued.fileId,
    download_url: `${origin}${issued.pathname}`,
    token: IN_URL,
    authorization: IN_URL,
    cosFileId: issued.objectId,
  }
}

function urlRequest(entry: unknown): UrlRequest {
  if (typeof entry === 'string') return { fileId: entry }
  const { fileid, max_age } = object(entry, 'file_list[]')
  return { fileId: string(fileid, 'file_list[].fileid'), maxAge: checkMaxAge(max_age) }
}

function copyItem(entry: unknown): CopyItem {
  const item = object(entry, 'file_list[]')
  return {
    source: item.src_path,
    target: item.dst_path,
    overwrite: flag(item, 'overwrite', true),
    removeSource: flag(item, 'remove_original'),
  }
}

/** Both spellings of the id and of the URL, because the SDKs read both. */
function urlItem(result: UrlResult, { origin }: ActionContext) {
  const ids = { fileID: result.fileId, fileid: result.fileId }
  if (!result.ok) {
    return { ...ids, code: result.error.code, message: result.error.message, tempFileURL: '', download_url: '' }
  }
  const url = `${origin}${result.pathAndQuery}`
  return { ...ids, code: 'SUCCESS', message: '', tempFileURL: url, download_url: url, maxAge: result.maxAge }
}

function item(result: ItemResult) {
  return { fileID: result.fileId, code: result.error?.code ?? 'SUCCESS', message: result.error?.message ?? '' }
}
