import { isDirectoryName, type NamedFile } from './cloud-path.ts'
import { failed, kitError, type Result } from './errors.ts'
import { uploadAnswerError, wxError } from './failures.ts'
import type { Login, User } from './login.ts'
import type { InnerApp, UploadMetadata } from './sdk.ts'
import { sdkCall } from './sdk-call.ts'
import type { Wechat } from './wechat.ts'

/** The kit asks for 201; some storages answer 200 or 204 nevertheless. */
const STORED = [200, 201, 204]

/** What an upload needs. */
export interface UploadParts {
  readonly app: InnerApp
  readonly wx: Wechat
  readonly login: Login
  readonly newPath: (id: string, file: NamedFile, orderId?: string) => string
}

/** One file that is uploaded. It keeps its path, so that a repeated upload replaces the earlier one. */
export interface Transfer {
  readonly file: NamedFile
  readonly orderId: string | undefined
  /** Timeout of wx.uploadFile, milliseconds. */
  readonly timeoutMs: number
  cloudPath: string | undefined
  aborted: boolean
  /** Aborts the running call of `wx`. */
  stop: (() => void) | undefined
  /** Receives 0 to 1. */
  readonly onProgress: (fraction: number) => void
}

export type Stored = { readonly fileID: string; readonly cloudPath: string }

/**
 * One try for one file: gets a ticket, then sends the bytes. The SDK's own `uploadFile` cannot be stopped, hangs on some
 * answers and loses errors, so the kit uses the SDK only for the ticket.
 */
export function uploadFile(parts: UploadParts, transfer: Transfer): Promise<Result<Stored>> {
  return parts.login.as(async (user) => {
    if (transfer.aborted) return failed(aborted())
    const cloudPath = pathOf(parts, transfer, user)
    if (cloudPath === undefined) return failed(kitError('INVALID_FILE_NAME', `"${user.id}" cannot name a directory`))
    const ticket = await getTicket(parts.app, cloudPath)
    if (!ticket.ok) return ticket
    if (transfer.aborted) return failed(aborted())
    return send(parts.wx, transfer, cloudPath, ticket)
  })
}

export function aborted() {
  return kitError('ABORTED', 'the upload was stopped')
}

function pathOf(parts: UploadParts, transfer: Transfer, user: User): string | undefined {
  if (!isDirectoryName(user.id)) return undefined
  // A new login may be another user.
  if (transfer.cloudPath?.startsWith(`users/${user.id}/`) !== true) {
    transfer.cloudPath = parts.newPath(user.id, transfer.file, transfer.orderId)
  }
  return transfer.cloudPath
}

async function getTicket(app: InnerApp, cloudPath: string): Promise<Result<UploadMetadata>> {
  const result = await sdkCall(() => app.getUploadMetadata({ cloudPath, method: 'post' }))
  if (!result.ok) return result
  const { url, fileId, token = '', authorization = '', cosFileId = '' } = result.answer.data ?? {}
  if (url && fileId) return { ok: true, url, fileId, token, authorization, cosFileId }
  return failed(kitError('SERVER_ERROR', 'the server gave no upload address', result.answer))
}

function send(wx: Wechat, transfer: Transfer, cloudPath: string, ticket: UploadMetadata): Promise<Result<Stored>> {
  return new Promise((resolve) => {
    const task = wx.uploadFile({
      url: ticket.url,
      filePath: transfer.file.tempFilePath,
      name: 'file',
      // The storage needs these fields before the file, in this order.
      formData: {
        key: cloudPath,
        signature: ticket.authorization,
        'x-cos-meta-fileid': ticket.cosFileId,
        success_action_status: '201',
        'x-cos-security-token': ticket.token,
      },
      timeout: transfer.timeoutMs,
      success: ({ statusCode, data }) =>
        resolve(
          STORED.includes(statusCode)
            ? { ok: true, fileID: ticket.fileId, cloudPath }
            : failed(uploadAnswerError(statusCode, String(data))),
        ),
      fail: (failure) => {
        const error = wxError(failure)
        // Aborted by WeChat, not by the kit.
        const cut = error.code === 'ABORTED' && !transfer.aborted
        resolve(failed(cut ? kitError('NETWORK_ERROR', failure.errMsg, failure) : error))
      },
    })
    transfer.stop = () => task.abort()
    // Some phones report invalid values at first.
    task.onProgressUpdate(({ progress }) => transfer.onProgress(Math.min(Math.max(progress || 0, 0), 100) / 100))
  })
}
