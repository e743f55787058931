import { type PickOptions, type PickResult, pickWith } from './pick-media.ts'
import { phone } from './wechat.ts'

export type { Cloud, ConnectOptions } from './cloud.ts'
export { connect } from './connect.ts'
export { connected } from './connected.ts'
export type { Failed, KitError, Result } from './errors.ts'
export { toKitError } from './failures.ts'
export { type Hint, hintFor, type KitErrorCode, RECIPE_ERRORS } from './hints.ts'
export type { LoginMethod, LoginResult, User } from './login.ts'
export type { MediaFile, PickOptions, PickResult } from './pick-media.ts'
export type { ResolvedImage } from './resolve-images.ts'
export type { SaveResult } from './save-file-ids.ts'
export type { Sdk, SdkApp } from './sdk.ts'
export { type CancelSource, cancelSource, type Signal } from './signal.ts'
export type {
  FileProgress,
  UploadAllOptions,
  Uploaded,
  UploadFile,
  UploadOptions,
  UploadProgress,
  UploadResult,
  UploadRun,
} from './upload-types.ts'

/**
 * Lets the user choose pictures and videos: by default up to nine, from album or camera, compressed. If the user cancels,
 * the result is an error with the code CANCELLED.
 *
 * @example
 * const picked = await pickMedia({ count: 9, compress: true })
 * if (picked.ok) cloud.uploadAll(picked.files)
 */
export function pickMedia(options: PickOptions = {}): Promise<PickResult> {
  return pickWith(phone(), options)
}
