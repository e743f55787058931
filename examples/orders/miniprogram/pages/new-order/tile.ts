import type { FileProgress, MediaFile, UploadResult } from '@cloudstead/kit'
import { formatSize } from '../../services/format'
import { type Note, noteOf } from '../../services/note'
import { newOrder as t } from '../../texts'

/** A chosen file, as shown on the page. */
export interface Tile {
  readonly file: MediaFile
  readonly key: string
  /** Empty for a video without a poster. */
  readonly thumb: string
  readonly isVideo: boolean
  readonly size: string
  readonly state: 'chosen' | FileProgress['state']
  /** 0 to 100. */
  readonly progress: number
  /** During a retry: the number of the attempt. */
  readonly attempt: string
  /** Empty until the file is stored. */
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
  // A file that the user stopped has not failed; it can be uploaded later.
  if (result.error.code === 'ABORTED') return { ...calm, state: 'chosen', progress: 0 }
  return { ...calm, state: 'failed', progress: 0, note: noteOf(result.error) }
}
