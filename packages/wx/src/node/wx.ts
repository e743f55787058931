import type { AppLifecycleApi } from '../shared/app-lifecycle.ts'
import type { DeviceApi } from '../shared/device.ts'
import type { FileSystemManager } from '../shared/file-system-types.ts'
import type { LoginApi } from '../shared/login.ts'
import type { MediaApi } from '../shared/media-types.ts'
import type { NetworkApi } from '../shared/network.ts'
import type { PrivacyApi } from '../shared/privacy.ts'
import type { StorageApi } from '../shared/storage.ts'
import type { UiApi } from './ui.ts'

/** The other simulated calls of `wx`. */
interface BaseApi {
  readonly env: { readonly USER_DATA_PATH: string }
  getFileSystemManager: () => FileSystemManager
  /** True if the first word of the schema, such as `chooseMedia` in `chooseMedia.object.count`, is simulated. */
  canIUse: (schema: string) => boolean
  nextTick: (callback: () => void) => void
  base64ToArrayBuffer: (base64: string) => ArrayBuffer
  arrayBufferToBase64: (buffer: ArrayBuffer) => string
}

/** The simulated `wx`. Other calls are undefined, as in an older version of WeChat. */
export type Wx = NetworkApi &
  StorageApi &
  MediaApi &
  PrivacyApi &
  LoginApi &
  DeviceApi &
  UiApi &
  AppLifecycleApi &
  BaseApi
