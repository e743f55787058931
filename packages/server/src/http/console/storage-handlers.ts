import type { Progress, StorageEntry, StorageFile, storageOperations } from '@cloudstead/admin-api'
import { parseCloudPath } from '@cloudstead/protocol'
import type { FileDetails } from '../../storage/file-details.ts'
import { etagOf } from '../../storage/file-record.ts'
import type { ListedFile, ListedFolder } from '../../storage/listed.ts'
import type { Storage } from '../../storage/storage.ts'
import { parseMove, type TreeProgress } from '../../storage/tree-changes.ts'
import { nameOf, parseTreePath } from '../../storage/tree-path.ts'
import { problemOf } from './answers.ts'
import type { Handlers } from './handlers.ts'

/** The operations on files, for whoever may do everything. */
export function storageHandlers({ storage }: { readonly storage: Storage }): Handlers<typeof storageOperations> {
  return {
    async listFiles({ query }, { caller, origin }) {
      const { items, ...more } = await storage.listFiles(caller, query)
      return { items: items.map((item) => entryOf(item, origin)), ...more }
    },
    async getFile({ query }, { caller, origin }) {
      return fileOf(await storage.fileDetails(caller, query.path), origin)
    },
    async createFileUrl({ body }, { caller, origin }) {
      const { pathAndQuery, expiresAt } = await storage.fileUrl(caller, body.path, body.maxAge)
      return { url: origin + pathAndQuery, expiresAt }
    },
    async createFolder({ body }, { caller }) {
      await storage.createFolder(caller, body.path)
      return { done: true }
    },
    async correctFileType({ body }, { caller }) {
      await storage.correctType(caller, body.path, body.contentType)
      return { done: true }
    },
    async issueUpload({ body }, { caller, origin }) {
      const { ticket } = await storage.issueUpload(caller, body.path, {
        onlyNew: body.overwrite !== true,
        size: body.size,
      })
      return { url: `${origin}/u/${ticket}`, headers: {} }
    },
    async countFiles({ body }, { caller }) {
      return storage.countFiles(caller, body.paths.map(parseTreePath))
    },
    moveFiles({ body }, { caller, signal }) {
      const { items, copy = false, overwrite = false } = body
      return progress(storage.moveFiles(caller, { items: items.map(parseMove), copy, overwrite }, signal))
    },
    deleteFiles({ body }, { caller, signal }) {
      return progress(storage.deleteFiles(caller, body.paths.map(parseCloudPath), signal))
    },
    async createZip({ body }, { caller }) {
      const id = await storage.createZip(caller, body.paths.map(parseTreePath), body.name)
      return { url: `/console/api/storage/zips/${id}` }
    },
    async getZip({ params }, { caller, signal }) {
      const { name, body } = await storage.openZip(caller, params.id, signal)
      return { name, contentType: 'application/zip', body }
    },
  }
}

function entryOf(item: ListedFolder | ListedFile, origin: string): StorageEntry {
  const { kind, path, name } = item
  if (kind === 'folder') return { kind, path, name }
  const { file, preview } = item
  const { size, contentType, updatedAt } = file
  const previewUrl = preview === undefined ? {} : { previewUrl: origin + preview }
  return { kind, path, name, size, contentType, updatedAt, ...previewUrl }
}

function fileOf({ file, fileId, owner, publicPathname, readers }: FileDetails, origin: string): StorageFile {
  const { path, size, contentType, createdAt, updatedAt, creator, cacheControl, metadata } = file
  return {
    path,
    name: nameOf(path),
    fileId,
    size,
    contentType,
    etag: etagOf(file),
    createdAt,
    updatedAt,
    readers,
    ...(owner === undefined ? {} : { owner }),
    ...(creator === undefined ? {} : { creator }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(publicPathname === undefined ? {} : { publicUrl: origin + publicPathname }),
  }
}

async function* progress(lines: AsyncIterable<TreeProgress>): AsyncGenerator<Progress> {
  for await (const { problems, ...line } of lines) {
    if (problems === undefined) yield line
    else yield { ...line, problems: problems.map(({ item, error }) => ({ item, problem: problemOf(error) })) }
  }
}
