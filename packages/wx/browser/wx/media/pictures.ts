import { WxFailure } from '../../../src/shared/failure.ts'

/** WeChat's album limits the longer side of compressed pictures to about this. */
const MAX_SIDE_PX = 1920
/** The quality of the album, and the default of compressImage. */
const DEFAULT_QUALITY = 80

/** How to re-encode a picture. Width and height in pixels; if only one is given, the other keeps the ratio. */
export interface RewriteOptions {
  /** 0 to 100, JPG only. */
  quality?: number | undefined
  width?: number | undefined
  height?: number | undefined
}

/** Re-encodes a picture, a PNG as PNG, others as JPG. Fails for formats that the browser cannot decode. */
export async function rewritePicture(blob: Blob, options: RewriteOptions): Promise<Blob> {
  const bitmap = await decode(blob)
  try {
    const [width, height] = sidesOf(bitmap, options)
    const type = blob.type === 'image/png' ? 'image/png' : 'image/jpeg'
    return await paint(bitmap, width, height, type, options.quality ?? DEFAULT_QUALITY)
  } finally {
    bitmap.close()
  }
}

/** The picture that the album returns for `compressed`: a JPG, or the original if that is smaller, or a GIF. */
export async function compressedPicture(blob: Blob): Promise<Blob> {
  if (blob.type === 'image/gif') return blob
  const bitmap = await decode(blob).catch(() => undefined)
  if (bitmap === undefined) return blob
  try {
    const scale = Math.min(1, MAX_SIDE_PX / Math.max(bitmap.width, bitmap.height))
    const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)]
    const smaller = await paint(bitmap, width, height, 'image/jpeg', DEFAULT_QUALITY)
    return smaller.size < blob.size ? smaller : blob
  } finally {
    bitmap.close()
  }
}

/** Width and height as shown, with the EXIF rotation applied. */
export async function pictureSize(blob: Blob): Promise<{ width: number; height: number }> {
  const bitmap = await decode(blob)
  const { width, height } = bitmap
  bitmap.close()
  return { width, height }
}

async function decode(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob)
  } catch {
    throw new WxFailure('invalid image')
  }
}

function sidesOf(bitmap: ImageBitmap, { width, height }: RewriteOptions): [width: number, height: number] {
  const ratio = bitmap.width / bitmap.height
  const asked = [width, height].map((side) => (typeof side === 'number' && side >= 1 ? Math.round(side) : undefined))
  const [askedWidth, askedHeight] = asked
  if (askedWidth === undefined && askedHeight === undefined) return [bitmap.width, bitmap.height]
  return [
    askedWidth ?? Math.max(1, Math.round((askedHeight ?? 1) * ratio)),
    askedHeight ?? Math.max(1, Math.round((askedWidth ?? 1) / ratio)),
  ]
}

async function paint(
  source: CanvasImageSource,
  width: number,
  height: number,
  type: string,
  quality: number,
): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')
  if (context === null) throw new WxFailure('no memory for the picture')
  if (type === 'image/jpeg') {
    // JPG has no transparency; phones use a white background.
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, height)
  }
  context.drawImage(source, 0, 0, width, height)
  // toBlob and convertToBlob would wait for the browser to be idle, up to a second per picture.
  const data = canvas.toDataURL(type, Math.min(Math.max(quality, 0), 100) / 100)
  if (data === 'data:,') throw new WxFailure('no memory for the picture')
  return (await fetch(data)).blob()
}

/** The current frame of a video, as JPG. */
export function still(video: HTMLVideoElement): Promise<Blob> {
  return paint(video, video.videoWidth, video.videoHeight, 'image/jpeg', DEFAULT_QUALITY)
}
