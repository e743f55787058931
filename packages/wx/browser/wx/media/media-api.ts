import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../../src/shared/callbacks.ts'
import { contentTypeOf, extensionFor } from '../../../src/shared/content-types.ts'
import { requireString, WxFailure } from '../../../src/shared/failure.ts'
import { isNetworkUrl } from '../../../src/shared/http-url.ts'
import { parseImage } from '../../../src/shared/image-info.ts'
import {
  allowedMedia,
  type ChooseMediaOptions,
  type ChooseMediaResult,
  type CompressImageOptions,
  type ImageInfo,
  type MediaApi,
  type MediaFile,
  type MediaType,
  mediaTypeByName,
  mixedTypeOf,
} from '../../../src/shared/media-types.ts'
import { baseName, extensionOf } from '../../../src/shared/paths.ts'
import type { Privacy } from '../../../src/shared/privacy.ts'
import type { BrowserFiles } from '../files/browser-files.ts'
import type { Permissions } from '../permissions.ts'
import { type Layer, make } from '../ui/layer.ts'
import { showPreview } from '../ui/preview.ts'
import { pickFiles, type Source } from './picker.ts'
import { compressedPicture, pictureSize, rewritePicture } from './pictures.ts'
import { videoFacts } from './videos.ts'

interface ChooseImageOptions {
  /** Default 9. */
  count?: number | undefined
  sizeType?: Array<'original' | 'compressed'> | undefined
  sourceType?: Source[] | undefined
}

interface ChooseImageResult {
  tempFilePaths: string[]
  tempFiles: { path: string; size: number }[]
}

interface ChooseVideoOptions {
  sourceType?: Source[] | undefined
  compressed?: boolean | undefined
  /** Seconds, camera only. */
  maxDuration?: number | undefined
  camera?: 'back' | 'front' | undefined
}

interface ChooseVideoResult {
  tempFilePath: string
  duration: number
  size: number
  width: number
  height: number
  thumbTempFilePath: string
}

interface PreviewImageOptions {
  urls: string[]
  /** The first one to show, by URL or index; default 0. */
  current?: string | number | undefined
}

interface PreviewMediaOptions {
  sources: { url: string; type?: 'image' | 'video' | undefined; poster?: string | undefined }[]
  /** Index of the first one to show. */
  current?: number | undefined
}

/** The media calls of `wx` in a browser. */
export interface BrowserMediaApi extends MediaApi {
  chooseImage: AsyncApi<ChooseImageOptions, ChooseImageResult>
  chooseVideo: AsyncApi<ChooseVideoOptions, ChooseVideoResult>
  previewImage: AsyncApi<PreviewImageOptions, object>
  previewMedia: AsyncApi<PreviewMediaOptions, object>
  saveImageToPhotosAlbum: AsyncApi<{ filePath: string }, object>
}

/** What the media calls need. */
export interface MediaParts {
  layer: Layer
  files: BrowserFiles
  privacy: Privacy
  permissions: Permissions
  report: ReportCallbackError
  /** Downloads a picture to a temporary file and returns its path. */
  download: (url: string) => Promise<string>
  /** The URL that the browser can show for a path or URL. */
  displayUrl: (path: string) => string
  /** The URL of a file of the program; undefined for other paths. */
  assetUrl: (path: string) => string | undefined
}

/** Makes the media calls, with the file dialog and the decoders of the browser. */
export function createMediaApi(parts: MediaParts): BrowserMediaApi {
  const { layer, files, report, displayUrl } = parts
  return {
    chooseMedia: asyncApi('chooseMedia', report, (options: ChooseMediaOptions) => chooseMedia(parts, options)),
    chooseImage: asyncApi('chooseImage', report, (options: ChooseImageOptions) => chooseImage(parts, options)),
    chooseVideo: asyncApi('chooseVideo', report, (options: ChooseVideoOptions) => chooseVideo(parts, options)),
    getImageInfo: asyncApi('getImageInfo', report, ({ src }: { src: string }) => imageInfo(parts, src)),
    compressImage: asyncApi('compressImage', report, async (options: CompressImageOptions) => {
      const source = files.contentOf(requireString(options.src, 'src'))
      if (source === undefined) throw new WxFailure('file not exist')
      const { quality, compressedWidth: width, compressedHeight: height } = options
      const rewritten = await rewritePicture(source, { quality, width, height })
      return { tempFilePath: files.add(extensionFor(rewritten.type), rewritten) }
    }),
    previewImage: asyncApi('previewImage', report, ({ urls, current = 0 }: PreviewImageOptions) => {
      const list = requireList(urls, 'urls').map((url) => requireString(url, 'urls'))
      const at = typeof current === 'number' ? current : list.indexOf(current)
      showPreview(
        layer,
        list.map((url) => ({ url: displayUrl(url), type: 'image' as const })),
        at,
      )
      return {}
    }),
    previewMedia: asyncApi('previewMedia', report, ({ sources, current = 0 }: PreviewMediaOptions) => {
      const list = requireList(sources, 'sources').map(({ url, type = 'image', poster }) => ({
        url: displayUrl(requireString(url, 'sources')),
        type,
        ...(poster === undefined ? {} : { poster: displayUrl(poster) }),
      }))
      showPreview(layer, list, current)
      return {}
    }),
    saveImageToPhotosAlbum: asyncApi('saveImageToPhotosAlbum', report, async ({ filePath }: { filePath: string }) => {
      const path = requireString(filePath, 'filePath')
      if (files.contentOf(path) === undefined && parts.assetUrl(path) === undefined)
        throw new WxFailure('file not found')
      await parts.permissions.ask('scope.writePhotosAlbum')
      // On a computer, the download folder stands for the album.
      make('a', { attributes: { href: displayUrl(path), download: baseName(path) } }).click()
      return {}
    }),
  }
}

async function chooseMedia(parts: MediaParts, options: ChooseMediaOptions): Promise<ChooseMediaResult> {
  await parts.privacy.authorize('chooseMedia')
  const { count, types } = allowedMedia(options)
  const picked = await pickFiles(parts.layer, {
    accept: types.map((type) => `${type}/*`).join(','),
    count,
    sources: options.sourceType ?? [],
    camera: options.camera ?? 'back',
  })
  const wanted = picked.filter((file) => types.includes(typeOf(file)))
  // A user without a suitable file leaves the picker.
  if (wanted.length === 0) throw new WxFailure('cancel')
  const made = Promise.all(wanted.map((file) => toMediaFile(parts, file, compresses(options.sizeType))))
  const tempFiles = await showBusy(parts.layer, made)
  return { type: mixedTypeOf(tempFiles), tempFiles }
}

async function chooseImage(parts: MediaParts, options: ChooseImageOptions): Promise<ChooseImageResult> {
  await parts.privacy.authorize('chooseImage')
  const { count } = allowedMedia({ count: options.count })
  const sources = options.sourceType ?? []
  const picked = await pickFiles(parts.layer, { accept: 'image/*', count, sources, camera: 'back' })
  const made = Promise.all(
    picked.map(async (file) => {
      const { tempFilePath, size } = await pictureFile(parts, file, compresses(options.sizeType))
      return { path: tempFilePath, size }
    }),
  )
  const tempFiles = await showBusy(parts.layer, made)
  return { tempFilePaths: tempFiles.map(({ path }) => path), tempFiles }
}

async function chooseVideo(parts: MediaParts, options: ChooseVideoOptions): Promise<ChooseVideoResult> {
  await parts.privacy.authorize('chooseVideo')
  const camera = options.camera ?? 'back'
  const sources = options.sourceType ?? []
  const [file] = await pickFiles(parts.layer, { accept: 'video/*', count: 1, sources, camera })
  if (file === undefined) throw new WxFailure('cancel')
  const { fileType: _, ...video } = await videoFile(parts, file)
  return video
}

/** Shorter work shows no busy sign. */
const BUSY_SIGN_DELAY_MS = 200

/** Shows a busy sign while the picked files are processed, as WeChat does: large pictures take a while. */
async function showBusy<T>(layer: Layer, work: Promise<T>): Promise<T> {
  const text = make('div', { text: layer.words('正在处理', 'Processing') })
  const box = make(
    'div',
    { class: 'wxui-toast wxui-toast-icon', attributes: { role: 'status', 'aria-busy': 'true' } },
    make('div', { class: 'wxui-spinner' }),
    text,
  )
  const sign = make('div', { class: 'wxui-mask' }, box)
  const timer = setTimeout(() => layer.root.append(sign), BUSY_SIGN_DELAY_MS)
  try {
    return await work
  } finally {
    clearTimeout(timer)
    sign.remove()
  }
}

/** The album compresses unless the program only accepts originals: its "original" box is not ticked by default. */
function compresses(sizeType: ChooseMediaOptions['sizeType']): boolean {
  return sizeType === undefined || sizeType.includes('compressed')
}

function typeOf(file: File): MediaType {
  const [type] = file.type.split('/')
  return type === 'image' || type === 'video' ? type : mediaTypeByName(file.name)
}

function toMediaFile(parts: MediaParts, file: File, compress: boolean): Promise<MediaFile> {
  return typeOf(file) === 'video' ? videoFile(parts, file) : pictureFile(parts, file, compress)
}

async function pictureFile(parts: MediaParts, file: File, compress: boolean): Promise<MediaFile> {
  const content = compress ? await compressedPicture(file) : file
  const extension = content === file ? extensionOf(file.name).toLowerCase() : extensionFor(content.type)
  return { tempFilePath: parts.files.add(extension, content), size: content.size, fileType: 'image' }
}

async function videoFile(parts: MediaParts, file: File): Promise<ChooseVideoResult & { fileType: 'video' }> {
  const { poster, ...facts } = await videoFacts(file)
  return {
    tempFilePath: parts.files.add(extensionOf(file.name).toLowerCase(), file),
    size: file.size,
    fileType: 'video',
    ...facts,
    thumbTempFilePath: parts.files.add('.jpg', poster),
  }
}

async function imageInfo(parts: MediaParts, src: string): Promise<ImageInfo> {
  const given = requireString(src, 'src')
  const { files } = parts
  const asset = parts.assetUrl(given)
  const path = isNetworkUrl(given) ? await parts.download(given) : given
  const blob = asset === undefined ? files.contentOf(path) : await (await fetch(asset)).blob()
  if (blob === undefined) throw new WxFailure('file not found')
  const header = parseImage(new Uint8Array(await blob.arrayBuffer()))
  const { width, height } = await pictureSize(blob)
  return { width, height, path, orientation: 'up', type: header?.type ?? typeName(path) }
}

/** The type of a format that only the browser can decode. */
function typeName(path: string): string {
  return contentTypeOf(path).startsWith('image/') ? extensionOf(path).slice(1) : 'unknown'
}

function requireList<Item>(value: readonly Item[], parameter: string): readonly Item[] {
  if (!Array.isArray(value)) {
    throw new WxFailure(`parameter error: parameter.${parameter} should be Array instead of ${typeof value};`)
  }
  return value
}
