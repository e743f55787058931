/** Decided cases of the storage rules: who may do what to which file. Executed with the official SDKs. */
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { decideGroups, type RuleGroup, type RuleStage, type UserName } from './rule-cases.ts'
import type { App, ItemCode, UrlItem } from './sdk.ts'
import { act } from './wire.ts'

/** `nobody` is not logged in: the client SDK sends nothing then, so nobody asks by plain HTTP. `admin` is the server SDK. */
type Who = UserName | 'nobody' | 'admin'

/** `uploads` makes a new file; for `overwrites`, `deletes`, `copies` and most `reads` there is one already. */
type Action = 'reads' | 'uploads' | 'overwrites' | 'deletes' | 'copies'

/**
 * `missing`: allowed, but there is no such file. `bad name`: the name is refused, whatever the rules are: for an upload the
 * whole call, otherwise the item.
 */
type Expected = 'yes' | 'no' | 'missing' | 'bad name'

interface Details {
  /** Who uploaded the file that is there; the administrator unless said otherwise, who leaves no creator. */
  readonly by?: Who
  /** Bytes of the file that is there, and of what is uploaded. */
  readonly size?: number
  /** Stored with the file that is there. */
  readonly metadata?: object
  /** The target of a copy. */
  readonly to?: string
  /** The copy removes the original. */
  readonly move?: boolean
  /** Expected lifetime of the temporary URL in seconds; `for ever` for a bare URL. */
  readonly lives?: number | 'for ever'
}

/**
 * In paths, `*` becomes unique for each case, and names of users are replaced (see {@link RuleStage.fill}).
 */
type StorageCase = readonly [who: Who, action: Action, path: string, expected: Expected, details?: Details]

interface StorageRules {
  readonly acl:
    | string
    | { readonly read?: boolean | string; readonly write?: boolean | string; readonly maxAge?: number }
  readonly resourceOpenid?: 'path' | 'creator'
  readonly tempUrlMaxAge?: number
}

export interface StorageGroup {
  readonly name: string
  readonly rules: StorageRules
  /** For uploads: the rules when the ticket is requested; `rules` apply when the bytes arrive. */
  readonly announcedUnder?: StorageRules
  readonly cases: readonly StorageCase[]
}

const REFUSED = 'STORAGE_EXCEED_AUTHORITY'
const MISSING = 'STORAGE_FILE_NONEXIST'
const BAD_NAME = 'INVALID_FILE_NAME'
const EVERYBODY = { storage: { acl: { read: true, write: true } } }
const DEFAULT_SIZE = 40

interface Row {
  readonly entry: StorageCase
  readonly number: number
}

interface Group extends RuleGroup<Row> {
  readonly announcedUnder: object | undefined
}

/** Registers a test per case. One call per file, because the call starts the server of the file. */
export function decideStorageCases(groups: readonly StorageGroup[]): void {
  let number = 0
  const numbered = groups.map(
    ({ name, rules, announcedUnder, cases }): Group => ({
      name,
      config: { storage: rules },
      announcedUnder: announcedUnder && { storage: announcedUnder },
      cases: cases.map((entry) => {
        number += 1
        return { entry, number }
      }),
    }),
  )
  const announced = new Map<Row, Promise<unknown>>()
  decideGroups<Row, Group>(numbered, {
    open: EVERYBODY,
    prepare: (stage) => makeFiles(stage, numbered),
    async enter(stage, group) {
      if (group.announcedUnder === undefined) return stage.configure(group.config)
      await stage.configure(group.announcedUnder)
      const held = await holdUploads(stage, group.cases)
      for (const [row, upload] of held.uploads) announced.set(row, upload)
      await stage.configure(group.config)
      held.release()
    },
    title: ({ entry }) => titleOf(entry),
    decide: (stage, row) => decide(stage, row, announced.get(row)),
  })
}

function titleOf([who, action, path, expected, { by, size, metadata, to, move, lives } = {}]: StorageCase): string {
  const notes = [
    ...(by === undefined ? [] : [`a file of ${by}`]),
    ...(size === undefined ? [] : [`${size} bytes`]),
    ...(metadata === undefined ? [] : [`metadata ${JSON.stringify(metadata)}`]),
    ...(to === undefined ? [] : [`${move ? 'moved' : 'copied'} to ${to}`]),
    ...(lives === undefined ? [] : [`lives ${lives}`]),
  ]
  return printable(`${who} ${action} ${path}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}: ${expected}`)
}

/** Shows invisible characters as their code. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)
}

/** The content of the existing file, and that of an upload. */
function bytesOf([, , , , details]: StorageCase, kind: 'old' | 'new'): Buffer {
  return Buffer.alloc(details?.size ?? DEFAULT_SIZE, kind)
}

function placeOf(stage: RuleStage, { number }: Row, path: string): string {
  return stage.fill(path).replaceAll('*', `row${number}`)
}

async function makeFiles(stage: RuleStage, groups: readonly Group[]): Promise<void> {
  const rows = groups.flatMap(({ cases }) => cases)
  const existing = rows.filter(({ entry: [, action, , expected] }) => {
    return action !== 'uploads' && expected !== 'missing' && expected !== 'bad name'
  })
  const paths = existing.map((row) => placeOf(stage, row, row.entry[2]))
  const twice = paths.find((path, at) => paths.indexOf(path) !== at)
  if (twice !== undefined) throw new Error(`two rows are about ${twice}: put a * into the name`)
  await Promise.all(
    existing.map((row, at) => {
      const { by = 'admin', metadata } = row.entry[4] ?? {}
      return person(stage, by).upload(paths[at] ?? '', bytesOf(row.entry, 'old'), metadata)
    }),
  )
}

async function decide(stage: RuleStage, row: Row, announced?: Promise<unknown>): Promise<void> {
  const { entry } = row
  const [who, action, path, expected, details = {}] = entry
  const doer = person(stage, who)
  const place = placeOf(stage, row, path)
  const fileID = fileIdOf(stage, place)
  switch (action) {
    case 'reads':
      return expectRead(doer, fileID, entry)
    case 'uploads':
    case 'overwrites': {
      const upload = announced ?? doer.upload(place, bytesOf(entry, 'new'))
      if (expected === 'bad name') return assertRefused(upload, BAD_NAME)
      if (expected === 'yes') await upload
      else await assertRefused(upload, REFUSED)
      const former = action === 'overwrites' ? bytesOf(entry, 'old') : MISSING
      return expectStored(stage, fileID, expected === 'yes' ? bytesOf(entry, 'new') : former)
    }
    case 'deletes': {
      assert.equal((await doer.remove(fileID)).code, codeFor(expected))
      if (expected === 'bad name') return
      return expectStored(stage, fileID, expected === 'no' ? bytesOf(entry, 'old') : MISSING)
    }
    case 'copies': {
      const target = placeOf(stage, row, details.to ?? '')
      const { code } = await doer.copy(place, target, details.move === true)
      assert.equal(code, codeFor(expected))
      await expectStored(stage, fileIdOf(stage, target), expected === 'yes' ? bytesOf(entry, 'old') : MISSING)
      const gone = expected === 'missing' || (expected === 'yes' && details.move)
      return expectStored(stage, fileID, gone ? MISSING : bytesOf(entry, 'old'))
    }
  }
}

/** The client SDK has the code in the message, the server SDK in a property. */
function assertRefused(call: Promise<unknown>, expected: string): Promise<void> {
  return assert.rejects(call, ({ code, message }: { code?: string; message?: string }) => {
    assert.match(`${code} ${message}`, new RegExp(`\\b${expected}\\b`))
    return true
  })
}

async function expectRead(reader: Person, fileID: string, entry: StorageCase): Promise<void> {
  const [, , , expected, { lives } = {}] = entry
  const { code, tempFileURL, maxAge } = await reader.urlOf(fileID)
  assert.equal(code, codeFor(expected))
  if (expected !== 'yes') {
    assert.equal(tempFileURL, '')
    await assert.rejects(reader.download(fileID), { code: codeFor(expected) })
    return
  }
  const content = bytesOf(entry, 'old')
  assert.deepEqual(await fetched(tempFileURL), content)
  assert.deepEqual(await reader.download(fileID), content)
  if (lives === 'for ever') assert.ok(!tempFileURL.includes('?'), tempFileURL)
  else if (lives !== undefined) {
    const left = Number(new URL(tempFileURL).searchParams.get('t')) - Date.now() / 1000
    assert.equal(maxAge, lives)
    assert.ok(left <= lives + 1 && left > lives - 60, `${left} s left of ${lives}`)
  }
}

/** Asserts what is stored, read as administrator, whatever the SDK answered. */
async function expectStored(stage: RuleStage, fileID: string, expected: Buffer | typeof MISSING): Promise<void> {
  const { code, tempFileURL } = await person(stage, 'admin').urlOf(fileID)
  assert.equal(code, Buffer.isBuffer(expected) ? 'SUCCESS' : expected)
  if (Buffer.isBuffer(expected)) assert.deepEqual(await fetched(tempFileURL), expected)
}

function codeFor(expected: Expected): string {
  return { yes: 'SUCCESS', no: REFUSED, missing: MISSING, 'bad name': BAD_NAME }[expected]
}

function fileIdOf({ server: { env } }: RuleStage, path: string): string {
  const prefix = Buffer.from(env.slice(0, 2)).toString('hex')
  return `cloud://${env}.${prefix}-${env}-1250000000/${path}`
}

/** The calls of a case, with the client of this user. */
interface Person {
  urlOf(fileID: string): Promise<UrlItem>
  /** Rejects with the item if it is refused. */
  download(fileID: string): Promise<Buffer>
  upload(cloudPath: string, bytes: Buffer, metadata?: object): Promise<unknown>
  remove(fileID: string): Promise<ItemCode>
  copy(srcPath: string, dstPath: string, removeOriginal: boolean): Promise<ItemCode>
}

function person(stage: RuleStage, who: Who): Person {
  if (who === 'nobody') return nobody(stage)
  if (who === 'admin') return administrator(stage)
  const { app, phone } = stage.users[who]
  return {
    ...itemCalls(app),
    async download(fileID) {
      const { statusCode, tempFilePath } = await app.downloadFile({ fileID })
      assert.equal(statusCode, 200)
      return Buffer.from(phone.device.wx.getFileSystemManager().readFileSync(tempFilePath))
    },
    upload(cloudPath, bytes, metadata) {
      const filePath = phone.device.files.add('file.bin', bytes)
      return app.uploadFile({ cloudPath, filePath, headers: headersOf(metadata) })
    },
  }
}

function itemCalls(app: Pick<App, 'getTempFileURL' | 'deleteFile' | 'copyFile'>) {
  return {
    // A string, so that no maxAge is requested and that of the server applies.
    urlOf: async (fileID: string) => only(await app.getTempFileURL({ fileList: [fileID] })),
    remove: async (fileID: string) => only(await app.deleteFile({ fileList: [fileID] })),
    copy: async (srcPath: string, dstPath: string, removeOriginal: boolean) =>
      only(await app.copyFile({ fileList: [{ srcPath, dstPath, removeOriginal }] })),
  }
}

function administrator({ admin }: RuleStage): Person {
  return {
    ...itemCalls(admin as unknown as App),
    async download(fileID) {
      const { fileContent } = await admin.downloadFile({ fileID })
      return Buffer.from(fileContent ?? '')
    },
    async upload(cloudPath, fileContent, metadata) {
      if (metadata === undefined) return admin.uploadFile({ cloudPath, fileContent })
      throw new Error('the server SDK sends no metadata: use another user for this upload')
    },
  }
}

function nobody({ server }: RuleStage): Person {
  const asked = async (action: string, params: object) => {
    const { code, message, data } = await act(server, undefined, `storage.${action}`, params)
    if (code !== undefined) throw Object.assign(new Error(`${code} ${message}`), { code })
    return data
  }
  const urlOf = async (fileid: string): Promise<UrlItem> =>
    (await asked('batchGetDownloadUrl', { file_list: [{ fileid }] })).download_list[0]
  return {
    urlOf,
    async download(fileID) {
      const item = await urlOf(fileID)
      if (item.code !== 'SUCCESS') throw item
      return fetched(item.download_url)
    },
    async upload(path, bytes, metadata) {
      const { url } = await asked('getUploadMetadata', { path })
      const body = new Uint8Array(bytes)
      const answer = await fetch(url, { method: 'PUT', body, headers: headersOf(metadata) })
      if (answer.status !== 200) throw new Error(await answer.text())
    },
    remove: async (fileID) => (await asked('batchDeleteFile', { fileid_list: [fileID] })).delete_list[0],
    copy: async (src_path, dst_path, remove_original) =>
      (await asked('batchCopyFile', { file_list: [{ src_path, dst_path, remove_original }] })).copy_list[0],
  }
}

function headersOf(metadata: object | undefined): Record<string, string> {
  if (metadata === undefined) return {}
  return { 'x-cos-metadata-metadata': Buffer.from(JSON.stringify(metadata)).toString('base64') }
}

function only<Item>({ fileList }: { fileList: readonly Item[] }): Item {
  const [item] = fileList
  if (item === undefined || fileList.length !== 1) throw new Error(`${fileList.length} items for one file`)
  return item
}

async function fetched(url: string): Promise<Buffer> {
  const response = await fetch(url)
  assert.equal(response.status, 200, url)
  return Buffer.from(await response.arrayBuffer())
}

interface HeldUploads {
  readonly uploads: ReadonlyMap<Row, Promise<unknown>>
  /** Lets the bytes through. */
  release(): void
}

/** Starts uploads and holds each between the SDK's two requests, after the ticket and before the bytes. */
async function holdUploads(stage: RuleStage, rows: readonly Row[]): Promise<HeldUploads> {
  const gate = Promise.withResolvers<void>()
  let held = 0
  const restore = Object.values(stage.users).map(({ phone }) => {
    const wx = phone.device.wx as { request: (options: { url: string }) => unknown }
    const send = wx.request
    wx.request = (options) => {
      if (!new URL(options.url).pathname.startsWith('/u/')) return send(options)
      held += 1
      gate.promise.then(() => send(options))
      return { abort() {}, onHeadersReceived() {}, onChunkReceived() {} }
    }
    return () => {
      wx.request = send
    }
  })
  let settled = 0
  const uploads = new Map(
    rows.map((row) => {
      const { entry } = row
      const upload = person(stage, entry[0]).upload(placeOf(stage, row, entry[2]), bytesOf(entry, 'new'))
      // A refusal is checked by the test of the case.
      upload
        .catch(() => {})
        .finally(() => {
          settled += 1
        })
      return [row, upload]
    }),
  )
  while (held + settled < rows.length) await turn()
  return {
    uploads,
    release() {
      for (const undo of restore) undo()
      gate.resolve()
    },
  }
}
