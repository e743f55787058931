import { type Caller, CloudsteadError } from '@cloudstead/protocol'
import { DeniedError } from '../../decisions/denied-error.ts'
import type { CopyItem } from '../../storage/files.ts'
import type { ItemResult } from '../../storage/list-items.ts'
import type { Storage } from '../../storage/storage.ts'
import { checkMaxAge, type UrlRequest, type UrlResult } from '../../storage/temporary-urls.ts'
import type { ActionContext, ActionTable } from './table.ts'

/** The platform's documented limit of one call. More is refused before anything is done. */
const MAX_BATCH = 50

/** The storage actions. Dialects A and B use the same names and shapes; they differ in who the caller is. */
export function storageActions(storage: Storage): ActionTable {
  return {
    'storage.getUploadMetadata': async (caller, params, context) => ({
      data: await uploadMetadata(storage, caller, params.path, context),
    }),
    'storage.batchGetDownloadUrl': async (caller, params, context) => {
      const requests = batch(params.file_list, 'file_list').map(urlRequest)
      const results = await storage.temporaryUrls(caller, requests)
      context.denied(denialsIn(results.map((result) => (result.ok ? undefined : result.error))))
      return { data: { download_list: results.map((result) => urlItem(result, context)) } }
    },
    'storage.batchDeleteFile': async (caller, params, context) => {
      const fileIds = batch(params.fileid_list, 'fileid_list').map((item) => text(item, 'fileid_list'))
      const results = await storage.remove(caller, fileIds)
      context.denied(denialsIn(results.map(({ error }) => error)))
      return { data: { delete_list: results.map(item) } }
    },
    'storage.batchCopyFile': async (caller, params, context) => {
      const items = batch(params.file_list, 'file_list').map(copyItem)
      const results = await storage.copy(caller, items)
      context.denied(denialsIn(results.map(({ error }) => error)))
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
    // The ticket in the URL is all that counts; the adapters want these three as non-empty text to put into headers.
    token: 'in-url',
    authorization: 'in-url',
    cosFileId: issued.objectId,
  }
}

function urlRequest(entry: unknown): UrlRequest {
  if (typeof entry === 'string') return { fileId: entry }
  const { fileid, max_age } = record(entry, 'file_list')
  return { fileId: text(fileid, 'file_list[].fileid'), maxAge: checkMaxAge(max_age) }
}

function copyItem(entry: unknown): CopyItem {
  const { src_path, dst_path, overwrite, remove_original } = record(entry, 'file_list')
  return {
    source: src_path,
    target: dst_path,
    overwrite: flag(overwrite, 'overwrite', true),
    removeSource: flag(remove_original, 'remove_original', false),
  }
}

/** Both names of the id and of the URL: parts of the SDKs read the one, parts the other. */
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

function denialsIn(errors: readonly (CloudsteadError | undefined)[]): readonly DeniedError[] {
  return errors.filter((error) => error instanceof DeniedError)
}

function batch(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new CloudsteadError('INVALID_PARAM', `${name} must be a list with at least one item`)
  }
  if (value.length > MAX_BATCH) {
    throw new CloudsteadError('INVALID_PARAM', `${name} has ${value.length} items; one call takes at most ${MAX_BATCH}`)
  }
  return value
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CloudsteadError('INVALID_PARAM', `an item of ${name} has the wrong type`)
  }
  return value as Record<string, unknown>
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new CloudsteadError('INVALID_PARAM', `${name} must be a string`)
  return value
}

function flag(value: unknown, name: string, fallback: boolean): boolean {
  if (value === undefined || value === null) return fallback
  if (typeof value !== 'boolean') throw new CloudsteadError('INVALID_PARAM', `${name} must be true or false`)
  return value
}
