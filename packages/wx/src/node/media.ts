import { copyFileSync, readFileSync, statSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { asyncApi, type ReportCallbackError } from '../shared/callbacks.ts'
import { requireString, WxFailure } from '../shared/failure.ts'
import { parseImage } from '../shared/image-info.ts'
import {
  allowedMedia,
  type ChooseMediaOptions,
  type ChooseMediaResult,
  type CompressImageOptions,
  type MediaApi,
  type MediaFile,
  mediaTypeByName,
  mixedTypeOf,
} from '../shared/media-types.ts'
import type { Privacy } from '../shared/privacy.ts'
import type { FileFacts, FileSource, VirtualFiles } from './virtual-files.ts'

/** A file in the simulated album: a real path, or a path or a name with bytes, and what the picker reports about it. */
export type AlbumFile =
  | string
  | ({ name: string; bytes: Uint8Array | ArrayBuffer } & FileFacts)
  | ({ path: string } & FileFacts)

/** What the user does in the picker. */
type PickerOutcome = 'ok' | 'cancel' | 'denied'

/** The simulated album and user. */
export interface Album {
  files: AlbumFile[]
  outcome: PickerOutcome
  /** `fail` makes wx.compressImage fail, as it does on some phones and for some formats. */
  compressImage: 'ok' | 'fail'
}

/** What the media calls need. */
export interface MediaParts {
  files: VirtualFiles
  album: Album
  privacy: Privacy
  report: ReportCallbackError
  /** Downloads a picture to a temporary file and returns its path. */
  download: (url: string) => Promise<string>
}

/** Makes the media calls. chooseMedia returns files from the beginning of the album, with new temporary paths each time. */
export function createMediaApi(parts: MediaParts): MediaApi {
  const { files, album, privacy, report } = parts
  return {
    chooseMedia: asyncApi('chooseMedia', report, async (options) => {
      await privacy.authorize('chooseMedia')
      return chooseMedia(options, album, files)
    }),
    getImageInfo: asyncApi('getImageInfo', report, async ({ src }: { src: string }) => {
      const given = requireString(src, 'src')
      const isLocal = files.realPath(given) !== undefined
      const path = !isLocal && /^https?:\/\//.test(given) ? await parts.download(given) : given
      const realPath = files.realPath(path)
      if (realPath === undefined) throw new WxFailure('file not found')
      const image = parseImage(readFileSync(realPath))
      if (image === undefined) throw new WxFailure('invalid image')
      return { width: image.width, height: image.height, path, orientation: 'up' as const, type: image.type }
    }),
    compressImage: asyncApi('compressImage', report, ({ src }: CompressImageOptions) => {
      const source = files.realPath(requireString(src, 'src'))
      if (source === undefined) throw new WxFailure('file not exist')
      if (album.compressImage === 'fail') throw new WxFailure('compress image fail')
      const copy = files.createTemp(extname(src), files.facts(src))
      copyFileSync(source, copy.realPath)
      return { tempFilePath: copy.path }
    }),
  }
}

function chooseMedia(options: ChooseMediaOptions, album: Album, files: VirtualFiles): ChooseMediaResult {
  if (album.outcome === 'cancel') throw new WxFailure('cancel')
  if (album.outcome === 'denied') throw new WxFailure('auth deny')
  const { count, types } = allowedMedia(options)
  const picked = album.files
    .map(describe)
    .filter(({ fileType }) => types.includes(fileType))
    .slice(0, count)
  // A user without a suitable file leaves the picker.
  if (picked.length === 0) throw new WxFailure('cancel')
  return { type: mixedTypeOf(picked), tempFiles: picked.map((file) => toMediaFile(file, files)) }
}

type DescribedFile = FileFacts & { name: string; source: FileSource; fileType: MediaFile['fileType'] }

function describe(file: AlbumFile): DescribedFile {
  const facts: FileFacts = typeof file === 'string' ? {} : file
  const source = typeof file === 'string' ? file : 'path' in file ? file.path : file.bytes
  const name = typeof file === 'string' ? basename(file) : 'path' in file ? basename(file.path) : file.name
  return { ...facts, name, source, fileType: facts.fileType ?? mediaTypeByName(name) }
}

function toMediaFile(file: DescribedFile, files: VirtualFiles): MediaFile {
  const { name, source, fileType, width = 0, height = 0, duration = 0 } = file
  const tempFilePath = files.add(name, source, file)
  const size = typeof source === 'string' ? statSync(source).size : source.byteLength
  if (fileType === 'image') return { tempFilePath, size, fileType }
  const thumbTempFilePath = files.add('thumb.jpg', TINY_THUMBNAIL, { fileType: 'image' })
  return { tempFilePath, size, fileType, duration, width, height, thumbTempFilePath }
}

/** A GIF of one pixel, for the poster that WeChat creates of every video. */
const TINY_THUMBNAIL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
