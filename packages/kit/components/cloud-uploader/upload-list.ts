import { type CancelSource, type Cloud, cancelSource, type KitError, type MediaFile } from '@cloudstead/kit'
import { notConnected } from '../shared/not-connected.ts'

/** Concurrent uploads: more would make each slower, and all of them fail on a weak network. */
const CONCURRENCY = 3

/** One tile of the uploader. */
export interface UploadItem {
  /** Unique. */
  readonly key: string
  readonly state: 'waiting' | 'uploading' | 'done' | 'failed'
  /** 0 to 100. */
  readonly progress: number
  readonly isVideo: boolean
  /** The fileID of a stored file, or empty. */
  readonly fileID: string
  /** The local path of a picked file, or empty. */
  readonly path: string
  /** The local path of the picture in the tile; empty for a video without a poster. */
  readonly thumb: string
}

export interface UploadListParts {
  readonly cloud: () => Pick<Cloud, 'uploadOne'> | undefined
  /** Called with the new list after every change. */
  readonly show: (items: readonly UploadItem[]) => void
  /** Called with the fileIDs of all stored files whenever one is stored or removed. */
  readonly change: (fileIDs: readonly string[]) => void
  readonly fail: (error: KitError) => void
}

export interface UploadList {
  readonly items: readonly UploadItem[]
  /** Sets the stored files. Files that are not stored yet stay in the list. */
  setValue(fileIDs: readonly string[]): void
  add(files: readonly MediaFile[], orderId: string | undefined): void
  remove(key: string): void
  retry(key: string): void
  /** Stops all uploads without calling back. */
  dispose(): void
}

/** A picked file that is not stored yet. */
interface Upload {
  readonly file: MediaFile
  readonly orderId: string | undefined
  readonly stop: CancelSource
}

/** The tiles of an uploader and the uploads behind them. */
export function createUploadList({ cloud, show, change, fail }: UploadListParts): UploadList {
  let items: readonly UploadItem[] = []
  const uploads = new Map<string, Upload>()
  let keys = 0
  let active = 0
  let disposed = false

  const newKey = (): string => {
    keys += 1
    return `k${keys}`
  }

  const stored = (): string[] => items.flatMap(({ fileID }) => (fileID === '' ? [] : [fileID]))

  const replace = (next: readonly UploadItem[]): void => {
    if (disposed) return
    items = next
    show(items)
  }

  const update = (key: string, patch: Partial<UploadItem>): void => {
    replace(items.map((item) => (item.key === key ? { ...item, ...patch } : item)))
  }

  const lose = (key: string, error: KitError): void => {
    update(key, { state: 'failed' })
    fail(error)
  }

  const next = (): void => {
    const item = items.find(({ state }) => state === 'waiting')
    const upload = item && uploads.get(item.key)
    if (active >= CONCURRENCY || item === undefined || upload === undefined) return
    send(item.key, upload)
    next()
  }

  const send = async (key: string, { file, orderId, stop }: Upload): Promise<void> => {
    const connection = cloud()
    if (connection === undefined) return lose(key, notConnected('cloud-uploader'))
    active += 1
    update(key, { state: 'uploading', progress: 0 })
    const result = await connection.uploadOne(file, {
      orderId,
      signal: stop.signal,
      onProgress: ({ progress }) => update(key, { progress }),
    })
    active -= 1
    // A file that was removed during its upload is not reported.
    if (!disposed && uploads.has(key)) {
      if (result.ok) {
        uploads.delete(key)
        update(key, { state: 'done', progress: 100, fileID: result.fileID })
        change(stored())
      } else {
        lose(key, result.error)
      }
    }
    if (!disposed) next()
  }

  return {
    get items() {
      return items
    },
    setValue(fileIDs) {
      if (fileIDs.join('\n') === stored().join('\n')) return
      const known = new Map(items.map((item) => [item.fileID, item]))
      const kept = fileIDs.map((fileID) => known.get(fileID) ?? storedItem(newKey(), fileID))
      replace([...kept, ...items.filter(({ fileID }) => fileID === '')])
    },
    add(files, orderId) {
      const added = files.map((file) => pickedItem(newKey(), file))
      for (const [index, { key }] of added.entries()) {
        const file = files[index]
        if (file !== undefined) uploads.set(key, { file, orderId, stop: cancelSource() })
      }
      replace([...items, ...added])
      next()
    },
    remove(key) {
      const item = items.find((one) => one.key === key)
      if (item === undefined) return
      uploads.get(key)?.stop.cancel()
      uploads.delete(key)
      replace(items.filter((one) => one !== item))
      if (item.fileID !== '') change(stored())
    },
    retry(key) {
      const item = items.find((one) => one.key === key)
      if (item?.state !== 'failed') return
      update(key, { state: 'waiting', progress: 0 })
      next()
    },
    dispose() {
      disposed = true
      for (const { stop } of uploads.values()) stop.cancel()
      uploads.clear()
    },
  }
}

/** By the extension: a fileID carries no other information about the content. */
export function isVideo(fileID: string): boolean {
  return /\.(mp4|mov|m4v|3gp|webm)$/i.test(fileID)
}

function storedItem(key: string, fileID: string): UploadItem {
  return { key, state: 'done', progress: 100, isVideo: isVideo(fileID), fileID, path: '', thumb: '' }
}

function pickedItem(key: string, { tempFilePath, fileType, thumbTempFilePath = '' }: MediaFile): UploadItem {
  const isVideoFile = fileType === 'video'
  const thumb = isVideoFile ? thumbTempFilePath : tempFilePath
  return { key, state: 'waiting', progress: 0, isVideo: isVideoFile, fileID: '', path: tempFilePath, thumb }
}
