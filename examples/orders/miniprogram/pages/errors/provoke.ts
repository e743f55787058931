import type { Failed, KitError } from '@cloudstead/kit'
import { env } from '../../config'
import { cloud } from '../../services/cloud'
import { errors as t } from '../../texts'

/** A row of the recipe's error table. */
export type RowId = keyof typeof t.rows

/** The outcome of an attempt: the expected error, or a text about what happened instead. */
export type Outcome = { readonly error: KitError } | { readonly text: string; readonly isGood: boolean }

const PROBE = `${wx.env.USER_DATA_PATH}/probe.txt`
const MEGABYTE = 1024 * 1024

/** Provokes each error, with the real server if possible. */
export const provoke: Readonly<Record<RowId, () => Promise<Outcome>>> = {
  async R24() {
    const size = writeProbe(MEGABYTE)
    const result = await cloud.uploadOne({ tempFilePath: PROBE, size }, { timeoutMs: 1, retries: 0 })
    if (!result.ok) return result
    await remove(result.fileID)
    return { text: t.outcome.faster, isGood: true }
  },

  async R25() {
    const other = `not-${env}`
    const [image] = await cloud.resolveImages([`cloud://${other}.0000-${other}-1250000000/users/somebody/a.jpg`])
    return image?.error === undefined ? { text: String(image?.url), isGood: false } : { error: image.error }
  },

  R26: () =>
    withProbe(async ({ fileID, url }) => {
      const before = await statusOf(expired(url))
      const renewed = await cloud.refresh(fileID)
      if (renewed.error !== undefined) return { error: renewed.error }
      const after = await statusOf(renewed.url)
      return { text: t.outcome.expired(before, after), isGood: after === 200 }
    }),

  R27: () =>
    withProbe(async ({ url }) => {
      const status = await statusOf(url.split('?')[0] ?? '')
      return status === 200
        ? { text: t.outcome.isPublic, isGood: false }
        : { text: t.outcome.isPrivate(status), isGood: true }
    }),

  async R28() {
    // Nothing is sent: the kit checks the size first.
    const result = await cloud.uploadOne({ tempFilePath: PROBE, size: 101 * MEGABYTE })
    return result.ok ? { text: result.fileID, isGood: false } : result
  },
}

/** Uploads a small file, runs `work` with it, and deletes it. */
async function withProbe(work: (probe: { fileID: string; url: string }) => Promise<Outcome>): Promise<Outcome> {
  const size = writeProbe(1)
  const stored = await cloud.uploadOne({ tempFilePath: PROBE, size })
  if (!stored.ok) return errorOf(stored)
  const { fileID } = stored
  const [image] = await cloud.resolveImages([fileID])
  const outcome =
    image?.url === undefined ? { error: image?.error as KitError } : await work({ fileID, url: image.url })
  await remove(fileID)
  return outcome
}

function errorOf({ error }: Failed): Outcome {
  return { error }
}

function writeProbe(size: number): number {
  wx.getFileSystemManager().writeFileSync(PROBE, new ArrayBuffer(size))
  return size
}

async function remove(fileID: string): Promise<void> {
  await cloud.app.deleteFile({ fileList: [fileID] })
}

/** Simulates an expired URL: its signature belongs to another time. A public URL has no signature and stays the same. */
function expired(url: string): string {
  return url.replace(/([?&]t=)\d+/, '$11')
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    wx.request({ url, success: ({ statusCode }) => resolve(statusCode), fail: () => resolve(0) })
  })
}
