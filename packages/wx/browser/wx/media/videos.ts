import { still } from './pictures.ts'

/** A video without metadata after this time cannot be played by this browser. */
const METADATA_TIMEOUT_MS = 5000
/** Many videos begin with a black frame, so the poster is taken a little later. */
const POSTER_AT_S = 0.1

export interface VideoFacts {
  /** Seconds; 0 when the browser cannot read the video. */
  duration: number
  width: number
  height: number
  poster: Blob
}

/** Reads what WeChat's picker reports about a video, and creates its poster. */
export async function videoFacts(blob: Blob): Promise<VideoFacts> {
  const url = URL.createObjectURL(blob)
  const video = document.createElement('video')
  try {
    video.muted = true
    video.preload = 'auto'
    video.src = url
    await happened(video, 'loadeddata')
    video.currentTime = Math.min(POSTER_AT_S, (await lengthOf(video)) / 2)
    await happened(video, 'seeked')
    const duration = Number.isFinite(video.duration) ? video.duration : 0
    return { duration, width: video.videoWidth, height: video.videoHeight, poster: await still(video) }
  } catch {
    return { duration: 0, width: 0, height: 0, poster: await blackPicture() }
  } finally {
    video.removeAttribute('src')
    video.load()
    URL.revokeObjectURL(url)
  }
}

/** The duration in seconds. Recordings of browsers only have one after a seek to their end. */
async function lengthOf(video: HTMLVideoElement): Promise<number> {
  if (video.duration !== Number.POSITIVE_INFINITY) return video.duration
  video.currentTime = Number.MAX_SAFE_INTEGER
  await happened(video, 'seeked')
  return Number.isFinite(video.duration) ? video.duration : 0
}

function happened(video: HTMLVideoElement, event: 'loadeddata' | 'seeked'): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), METADATA_TIMEOUT_MS)
    video.addEventListener(event, () => {
      clearTimeout(timer)
      resolve()
    })
    video.addEventListener('error', () => {
      clearTimeout(timer)
      reject(video.error)
    })
  })
}

function blackPicture(): Promise<Blob> {
  return new Promise((resolve) => {
    const canvas = document.createElement('canvas')
    canvas.width = 16
    canvas.height = 9
    canvas.getContext('2d')?.fillRect(0, 0, 16, 9)
    canvas.toBlob((blob) => resolve(blob ?? new Blob()), 'image/jpeg')
  })
}
