import { isDirectoryName, type NamedFile } from './cloud-path.ts'
import { failed, kitError, type Result } from './errors.ts'
import { uploadAnswerError, wxError } from './failures.ts'
import type { Login, User } from './login.ts'
import type { InnerApp, UploadMetadata } from './sdk.ts'
import { sdkCall } from './sdk-call.ts'
import type { Wechat } from './wechat.ts'

/** The storage says 201 because it is asked to; 200 and 204 are what others in its place say. */
const STORED = [200, 201, 204]

/** What one upload works with. */
export interface UploadParts {
  readonly app: InnerApp
  readonly wx: Wechat
  readonly login: Login
  readonly newPath: (id: string, file: NamedFile, orderId?: string) => string
}

/** One file on its way. It keeps its path, so that a repeated upload replaces itself. */
export interface Transfer {
  readonly file: NamedFile
  readonly orderId: string | undefined
  /** Of the upload itself, milliseconds. */
  readonly timeoutMs: number
  cloudPath: string | undefined
  aborted: boolean
  /** Stops what `wx` is doing for this file. */
  stop: (() => void) | undefined
  /** Receives 0 to 1. */
  readonly onProgress: (fraction: number) => void
}

export type Stored = { readonly fileID: string; readonly cloudPath: string }

/**
 * One try for one file: a ticket, then the bytes. The SDK's own `uploadFile` cannot be stopped, hangs on some answers
 * and loses errors, so only its first leg is used.
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
  // A new login may be somebody else's.
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
      // In this order: the storage reads them before the file.
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
        // Nobody here stopped it, so WeChat did.
        const cut = error.code === 'ABORTED' && !transfer.aborted
        resolve(failed(cut ? kitError('NETWORK_ERROR', failure.errMsg, failure) : error))
      },
    })
    transfer.stop = () => task.abort()
    // Some phones report nonsense for a moment.
    task.onProgressUpdate(({ progress }) => transfer.onProgress(Math.min(Math.max(progress || 0, 0), 100) / 100))
  })
}
