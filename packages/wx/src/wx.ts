import type { AppLifecycleApi } from './app-lifecycle.ts'
import type { AsyncApi } from './callbacks.ts'
import type { DeviceApi } from './device.ts'
import type { DownloadFileOptions, DownloadTask } from './download-shape.ts'
import type { FileSystemManager } from './file-system-types.ts'
import type { LoginApi } from './login.ts'
import type { MediaApi } from './media-shape.ts'
import type { NetworkType } from './network-lane.ts'
import type { PrivacyApi } from './privacy.ts'
import type { RequestOptions, RequestTask } from './request-shape.ts'
import type { ConnectSocketOptions, SocketTask } from './socket.ts'
import type { StorageApi } from './storage.ts'
import type { UiApi } from './ui.ts'
import type { UploadFileOptions, UploadTask } from './upload-shape.ts'

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

/** The rest of `wx` that is simulated. */
export interface BaseApi {
  readonly env: { readonly USER_DATA_PATH: string }
  getFileSystemManager: () => FileSystemManager
  /** True when the first word of the schema, such as `chooseMedia` in `chooseMedia.object.count`, is simulated. */
  canIUse: (schema: string) => boolean
  nextTick: (callback: () => void) => void
  base64ToArrayBuffer: (base64: string) => ArrayBuffer
  arrayBufferToBase64: (buffer: ArrayBuffer) => string
}

/** The simulated `wx`. What it does not have is undefined, as on a phone with an older WeChat. */
export type Wx = NetworkApi &
  StorageApi &
  MediaApi &
  PrivacyApi &
  LoginApi &
  DeviceApi &
  UiApi &
  AppLifecycleApi &
  BaseApi
