/** The code of a Mini Program that follows the recipe. */
import { randomBytes } from 'node:crypto'
import type { Phone } from './clients.ts'
import type { UrlItem } from './sdk.ts'

/** The maximum of concurrent uploads in WeChat. */
const MAX_PARALLEL = 10

export interface PickedFile {
  readonly tempFilePath: string
  readonly size: number
  readonly fileType: string
}

/** R3: lets the user choose pictures. */
export async function pickMedia(phone: Phone, count = 9): Promise<readonly PickedFile[]> {
  const { tempFiles } = await phone.device.wx.chooseMedia({
    count,
    mediaType: ['image'],
    sourceType: ['album', 'camera'],
    sizeType: ['compressed'],
  })
  return tempFiles
}

/** R5: paths are unique, and the directory is that of the user. */
export function cloudPathFor(openid: string, filePath: string): string {
  const extension = filePath.slice(filePath.lastIndexOf('.') + 1)
  return `users/${openid}/${Date.now()}_${randomBytes(4).toString('hex')}.${extension}`
}

/** R4. */
export async function uploadOne(
  phone: Phone,
  openid: string,
  filePath: string,
  method: 'put' | 'post' = 'put',
): Promise<string> {
  const { fileID } = await phone.app.uploadFile({ cloudPath: cloudPathFor(openid, filePath), filePath, method })
  return fileID
}

export type Uploaded = { readonly fileID: string } | { readonly error: unknown }

/** R6: sequentially or up to ten at once; a failed file does not stop the others. */
export async function uploadAll(
  filePaths: readonly string[],
  upload: (filePath: string) => Promise<string>,
  parallel = 1,
): Promise<readonly Uploaded[]> {
  const results: Uploaded[] = []
  const queue = filePaths.entries()
  const work = async () => {
    for (const [index, filePath] of queue) {
      results[index] = await upload(filePath).then(
        (fileID) => ({ fileID }),
        (error: unknown) => ({ error }),
      )
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, MAX_PARALLEL) }, work))
  return results
}

/** R10: URLs for a page. */
export async function resolveImages(phone: Phone, fileIDs: readonly string[]): Promise<readonly UrlItem[]> {
  if (fileIDs.length === 0) return []
  const { fileList } = await phone.app.getTempFileURL({ fileList: [...fileIDs] })
  return fileList
}
