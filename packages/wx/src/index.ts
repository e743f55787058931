export { createWx, type Registrar, type WxInstance, type WxOptions } from './node/create-wx.ts'
export type { Album, AlbumFile } from './node/media.ts'
export {
  createMiniProgramRuntime,
  loadMiniProgramModule,
  type MiniProgramRuntime,
  type RuntimeOptions,
} from './node/module-loader.ts'
export type { MiniProgramGlobals } from './node/module-scope.ts'
export type { UiRecord } from './node/ui.ts'
export type { FileFacts, FileRegistry, FileSource } from './node/virtual-files.ts'
export type { Wx } from './node/wx.ts'
export { type AppShowEvent, INTERRUPT_AFTER_MS } from './shared/app-lifecycle.ts'
export type { AsyncApi, Callbacks, ReportCallbackError, WxResult } from './shared/callbacks.ts'
export { DEFAULT_APPID, type DeviceOptions } from './shared/device.ts'
export type { DownloadFileOptions, DownloadFileResult, DownloadProgress, DownloadTask } from './shared/download.ts'
export { ERRNO, type WxError } from './shared/failure.ts'
export type { FileStats, FileSystemManager, TextEncoding } from './shared/file-system-types.ts'
export type { ChooseMediaOptions, ChooseMediaResult, ImageInfo, MediaFile } from './shared/media-types.ts'
export type { NetworkStatus } from './shared/network.ts'
export type { PrivacyAnswer, PrivacyListener, PrivacyState } from './shared/privacy.ts'
export type { RequestOptions, RequestResult, RequestTask } from './shared/request.ts'
export type { ConnectSocketOptions, SocketTask } from './shared/socket.ts'
export type { StorageInfo } from './shared/storage.ts'
export {
  DEFAULT_TIMEOUT_MS,
  GOOD_NETWORK,
  MAX_IN_FLIGHT,
  type NetworkConditions,
  type NetworkType,
} from './shared/transfer-queue.ts'
export type { UploadFileOptions, UploadFileResult, UploadProgress, UploadTask } from './shared/upload.ts'
