import type { FileProgress, MediaFile, UploadResult } from '@cloudstead/kit'
import { formatSize } from '../../services/format'
import { type Note, noteOf } from '../../services/note'
import { newOrder as t } from '../../texts'

/** A chosen file as the page shows it. */
export interface Tile {
  readonly file: MediaFile
  readonly key: string
  /** Empty for a video that has no first picture. */
  readonly thumb: string
  readonly isVideo: boolean
  readonly size: string
  readonly state: 'chosen' | FileProgress['state']
  /** 0 to 100. */
  readonly progress: number
  /** While it is tried once more: which attempt this is. */
  readonly attempt: string
  /** Once it is stored. */
  readonly fileID: string
  readonly note: Note | null
}

export function chosenTile(file: MediaFile): Tile {
  const isVideo = file.fileType === 'video'
  return {
    file,
    key: file.tempFilePath,
    thumb: isVideo ? (file.thumbTempFilePath ?? '') : file.tempFilePath,
    isVideo,
    size: formatSize(file.size),
    state: 'chosen',
    progress: 0,
    attempt: '',
    fileID: '',
    note: null,
  }
}

export function movingTile(tile: Tile, { state, progress, tries }: FileProgress): Tile {
  return { ...tile, state, progress, attempt: tries > 1 && state === 'uploading' ? t.attempt(tries) : '', note: null }
}

export function settledTile(tile: Tile, result: UploadResult): Tile {
  const calm = { ...tile, attempt: '', note: null }
  if (result.ok) return { ...calm, state: 'done', progress: 100, fileID: result.fileID }
  // What the user stopped has not failed: it may be uploaded later.
  if (result.error.code === 'ABORTED') return { ...calm, state: 'chosen', progress: 0 }
  return { ...calm, state: 'failed', progress: 0, note: noteOf(result.error) }
}
