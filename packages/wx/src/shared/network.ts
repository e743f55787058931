import { type AsyncApi, asyncApi } from './callbacks.ts'
import { createDownloadFile, type DownloadFileOptions, type DownloadTask } from './download.ts'
import { WxFailure } from './failure.ts'
import { Listeners } from './listeners.ts'
import { createRequest, type RequestOptions, type RequestTask } from './request.ts'
import { type ConnectSocketOptions, createSockets, type OpenSocket, type SocketTask } from './socket.ts'
import type { TransferParts } from './transfer.ts'
import type { NetworkConditions, NetworkType } from './transfer-queue.ts'
import { createUploadFile, type UploadFileOptions, type UploadTask } from './upload.ts'

export interface NetworkStatus {
  isConnected: boolean
  networkType: NetworkType
}

/** The network calls of `wx`. The first three return a task, never a promise. */
export interface NetworkApi {
  request: (options: RequestOptions) => RequestTask
  uploadFile: (options: UploadFileOptions) => UploadTask
  downloadFile: (options: DownloadFileOptions) => DownloadTask
  connectSocket: (options: ConnectSocketOptions) => SocketTask
  getNetworkType: AsyncApi<object, { networkType: NetworkType }>
  onNetworkStatusChange: (listener: (event: NetworkStatus) => void) => void
  offNetworkStatusChange: (listener?: (event: NetworkStatus) => void) => void
}

/** The network of one program: its calls, and what acts on all of them at once. */
export interface Network {
  api: NetworkApi
  change: (conditions: Partial<NetworkConditions>) => void
  suspend: () => void
  resume: () => void
  end: () => void
}

/** Makes the network calls out of the HTTP client, files and WebSocket of a platform. */
export function createNetwork<Content, Body>(parts: TransferParts<Content, Body>, openSocket: OpenSocket): Network {
  const { queue, report } = parts
  const sockets = createSockets(queue, report, openSocket)
  const changed = new Listeners<NetworkStatus>(report)
  return {
    api: {
      request: createRequest(parts),
      uploadFile: createUploadFile(parts),
      downloadFile: createDownloadFile(parts),
      connectSocket: sockets.connect,
      getNetworkType: asyncApi('getNetworkType', report, () => ({ networkType: queue.conditions.type })),
      onNetworkStatusChange: changed.on,
      offNetworkStatusChange: changed.off,
    },
    change: (conditions) => {
      const before = queue.conditions.type
      queue.change(conditions)
      const { type } = queue.conditions
      if (type === 'none') sockets.breakAll('network is down')
      if (type !== before) changed.emit({ isConnected: type !== 'none', networkType: type })
    },
    suspend: () => {
      queue.suspend()
      sockets.breakAll('interrupted')
    },
    resume: () => queue.resume(),
    end: () => {
      queue.failAll(new WxFailure('abort'))
      sockets.breakAll('the program ended')
    },
  }
}

/** Downloads `url` for another call of `wx`, which fails for the same reason if the download does. */
export function downloadToTemp(api: NetworkApi, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    api.downloadFile({
      url,
      success: ({ tempFilePath, statusCode }) => {
        if (tempFilePath === undefined || statusCode !== 200)
          reject(new WxFailure(`download failed, status ${statusCode}`))
        else resolve(tempFilePath)
      },
      fail: ({ errMsg, errno }) => reject(new WxFailure(errMsg.replace(/^downloadFile:fail /, ''), errno)),
    })
  })
}
