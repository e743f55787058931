/** Options and results of the media calls. */
import type { AsyncApi } from './callbacks.ts'
import { extensionOf } from './paths.ts'

/** The default for `count` of chooseMedia. */
const DEFAULT_MEDIA_COUNT = 9
/** The maximum for `count` of chooseMedia. */
const MAX_MEDIA_COUNT = 20

const VIDEO_EXTENSIONS = new Set(['.mp4', '.mov', '.m4v', '.avi', '.webm'])

export type MediaType = 'image' | 'video'

export interface ChooseMediaOptions {
  /** Default 9, at most 20. */
  count?: number | undefined
  /** Default both. */
  mediaType?: Array<'image' | 'video' | 'mix'> | undefined
  sourceType?: Array<'album' | 'camera'> | undefined
  sizeType?: Array<'original' | 'compressed'> | undefined
  /** Seconds, camera only. */
  maxDuration?: number | undefined
  camera?: 'back' | 'front' | undefined
}

/** A picked file. WeChat documents the last four properties for videos only, so images do not have them here. */
export interface MediaFile {
  tempFilePath: string
  /** Bytes. */
  size: number
  fileType: MediaType
  /** Seconds. */
  duration?: number
  width?: number
  height?: number
  thumbTempFilePath?: string
}

export interface ChooseMediaResult {
  type: 'image' | 'video' | 'mix'
  tempFiles: MediaFile[]
}

export interface ImageInfo {
  width: number
  height: number
  path: string
  /** Always `up`: EXIF rotation is not simulated. */
  orientation: 'up'
  type: string
}

export interface CompressImageOptions {
  src: string
  /** 0 to 100, JPG only; ignored here. */
  quality?: number | undefined
  compressedWidth?: number | undefined
  compressedHeight?: number | undefined
}

/** The media calls of `wx`. */
export interface MediaApi {
  chooseMedia: AsyncApi<ChooseMediaOptions, ChooseMediaResult>
  getImageInfo: AsyncApi<{ src: string }, ImageInfo>
  compressImage: AsyncApi<CompressImageOptions, { tempFilePath: string }>
}

/** Number and types of files that may be picked. */
export function allowedMedia(options: ChooseMediaOptions): { count: number; types: MediaType[] } {
  const asked = options.mediaType ?? ['image', 'video']
  const types: MediaType[] = (['image', 'video'] as const).filter(
    (type) => asked.includes('mix') || asked.includes(type),
  )
  return { types, count: Math.max(Math.min(options.count ?? DEFAULT_MEDIA_COUNT, MAX_MEDIA_COUNT), 1) }
}

/** The `type` of the result for the picked files. */
export function mixedTypeOf(picked: readonly { readonly fileType: MediaType }[]): ChooseMediaResult['type'] {
  const [first, ...others] = new Set(picked.map(({ fileType }) => fileType))
  return first !== undefined && others.length === 0 ? first : 'mix'
}

/** Video for the extensions of videos, otherwise image. */
export function mediaTypeByName(name: string): MediaType {
  return VIDEO_EXTENSIONS.has(extensionOf(name).toLowerCase()) ? 'video' : 'image'
}
