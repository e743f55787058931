export { type AppShowEvent, INTERRUPT_AFTER_MS } from './app-lifecycle.ts'
export type { AsyncApi, Callbacks, ReportCallbackError, WxResult } from './callbacks.ts'
export { createWx, DEFAULT_APPID, type Registrar, type WxInstance, type WxOptions } from './create-wx.ts'
export type { DeviceOptions } from './device.ts'
export type { DownloadFileOptions, DownloadFileResult, DownloadProgress, DownloadTask } from './download-shape.ts'
export { ERRNO, type WxError } from './failure.ts'
export type { FileStats, FileSystemManager, TextEncoding } from './file-system-types.ts'
export type { Album, AlbumFile } from './media.ts'
export type { ChooseMediaOptions, ChooseMediaResult, ImageInfo, MediaFile } from './media-shape.ts'
export {
  createMiniProgramRuntime,
  loadMiniProgramModule,
  type MiniProgramRuntime,
  type RuntimeOptions,
} from './module-loader.ts'
export type { MiniProgramGlobals } from './module-scope.ts'
export {
  DEFAULT_TIMEOUT_MS,
  GOOD_NETWORK,
  MAX_IN_FLIGHT,
  type NetworkConditions,
  type NetworkType,
} from './network-lane.ts'
export type { PrivacyAnswer, PrivacyListener, PrivacyState } from './privacy.ts'
export type { RequestOptions, RequestResult, RequestTask } from './request-shape.ts'
export type { ConnectSocketOptions, SocketTask } from './socket.ts'
export type { StorageInfo } from './storage.ts'
export type { UiRecord } from './ui.ts'
export type { UploadFileOptions, UploadFileResult, UploadProgress, UploadTask } from './upload-shape.ts'
export type { FileFacts, FileRegistry, FileSource } from './virtual-files.ts'
export type { NetworkStatus, Wx } from './wx.ts'
