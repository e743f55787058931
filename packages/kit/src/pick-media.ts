import { failed, type Result } from './errors.ts'
import { wxError } from './failures.ts'
import { type ChosenFile, called, type Wechat, type WxFailure } from './wechat.ts'

/** WeChat's limit; before base library 2.25.0 it was 9. */
const MAX_COUNT = 20
const DEFAULT_COUNT = 9
/** WeChat's default for wx.compressImage. */
const DEFAULT_QUALITY = 80

export interface PickOptions {
  /** Maximum number of files, 1 to 20; default 9. */
  readonly count?: number | undefined
  /** Default `mix`: pictures and videos. */
  readonly mediaType?: 'image' | 'video' | 'mix' | undefined
  /** Default album and camera. */
  readonly sourceType?: readonly ('album' | 'camera')[] | undefined
  /** Default `['compressed']`: WeChat compresses pictures unless the user ticks "original". */
  readonly sizeType?: readonly ('original' | 'compressed')[] | undefined
  /** Maximum length of a recorded video, 3 to 60 seconds; WeChat's default is 10. */
  readonly maxDuration?: number | undefined
  readonly camera?: 'back' | 'front' | undefined
  /** Also compresses pictures with wx.compressImage, unless that makes them larger; a number is the quality, 0 to 100. */
  readonly compress?: boolean | number | undefined
  /** Adds width and height of pictures; WeChat gives them for videos only. */
  readonly imageSize?: boolean | undefined
}

/** A picked file, ready for `uploadAll`. */
export interface MediaFile {
  readonly tempFilePath: string
  /** Bytes. */
  readonly size: number
  readonly fileType: 'image' | 'video'
  /** Pixels. */
  readonly width?: number
  readonly height?: number
  /** Seconds. */
  readonly duration?: number
  /** The poster of a video. */
  readonly thumbTempFilePath?: string
}

export type PickResult = Result<{ readonly files: readonly MediaFile[] }>

/** Lets the user choose pictures and videos; see the exported `pickMedia`. */
export async function pickWith(wx: Wechat, options: PickOptions): Promise<PickResult> {
  const { mediaType = 'mix', sourceType = ['album', 'camera'], sizeType = ['compressed'] } = options
  const { maxDuration, camera, compress = false, imageSize = false } = options
  const count = Math.min(Math.max(Math.floor(options.count ?? DEFAULT_COUNT), 1), MAX_COUNT)
  try {
    const { tempFiles } = await called<{ readonly tempFiles: readonly ChosenFile[] }>((callbacks) =>
      wx.chooseMedia({
        count,
        mediaType: [mediaType],
        sourceType: [...sourceType],
        sizeType: [...sizeType],
        ...(maxDuration === undefined ? {} : { maxDuration }),
        ...(camera === undefined ? {} : { camera }),
        ...callbacks,
      }),
    )
    const quality = compress === true ? DEFAULT_QUALITY : compress
    const files: MediaFile[] = []
    // Sequentially: each picture is held in memory while it is compressed.
    for (const chosen of tempFiles) {
      const file: MediaFile = { ...chosen, fileType: chosen.fileType === 'video' ? 'video' : 'image' }
      const small = quality === false ? file : await compressed(wx, file, quality)
      files.push(imageSize ? await measured(wx, small) : small)
    }
    return { ok: true, files }
  } catch (error) {
    return failed(wxError(error as WxFailure, 'PICK_FAILED'))
  }
}

/** On iOS only JPG can be compressed, and some phones cannot compress at all; the original is used then. */
async function compressed(wx: Wechat, file: MediaFile, quality: number): Promise<MediaFile> {
  if (file.fileType !== 'image') return file
  try {
    const { tempFilePath } = await called<{ readonly tempFilePath: string }>((callbacks) =>
      wx.compressImage({ src: file.tempFilePath, quality, ...callbacks }),
    )
    const { stats } = await called<{ readonly stats: unknown }>((callbacks) =>
      wx.getFileSystemManager().stat({ path: tempFilePath, ...callbacks }),
    )
    const { size } = stats as { readonly size: number }
    return size > 0 && size < file.size ? { ...file, tempFilePath, size } : file
  } catch {
    return file
  }
}

async function measured(wx: Wechat, file: MediaFile): Promise<MediaFile> {
  if (file.fileType !== 'image' || file.width) return file
  try {
    const { width, height } = await called<{ readonly width: number; readonly height: number }>((callbacks) =>
      wx.getImageInfo({ src: file.tempFilePath, ...callbacks }),
    )
    return { ...file, width, height }
  } catch {
    return file
  }
}
